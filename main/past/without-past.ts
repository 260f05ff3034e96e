import { MillraceError } from '../../contract/errors.ts';
import { noJournal } from '../engine/journal.ts';
import type { Past } from './past.ts';

/** For a run that cannot write anything down: nothing happened before, and nothing will have happened. */
export function withoutPast(): Past {
  const unknown = (): Promise<never> =>
    Promise.reject(
      new MillraceError('no-such-thing', 'That batch is not known any more. Add its pictures again.'),
    );
  return {
    settle: () => Promise.resolve(),
    begin: (_recipe, insist = false) => ({
      id: undefined,
      journal: noJournal,
      insist,
      follow: (_offered, intake) => intake,
    }),
    history: () => [],
    unfinished: () => [],
    resume: unknown,
    undo: unknown,
    keepsBackupsIn: () => false,
    prune: () => Promise.resolve(),
    close: () => Promise.resolve(),
  };
}
