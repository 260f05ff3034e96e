import type { HistoryEntry } from '../../contract/app-state.ts';
import { MillraceError } from '../../contract/errors.ts';
import type { Recipe } from '../../contract/recipe.ts';
import type { IntakeStream } from '../engine/world.ts';

/** Batches of earlier runs, and what can be done about them. */
export interface Past {
  /** Newest first, at most fifty. */
  history(): readonly HistoryEntry[];
  /** Puts replaced originals back. */
  undo(batch: string): Promise<{ readonly restored: number; readonly problems: string[] }>;
  /** What is left to do of an unfinished batch. @throws MillraceError `no-such-thing` */
  resume(batch: string): Promise<{ readonly recipe: Recipe; readonly intake: IntakeStream }>;
}

/** For an app without a journal: nothing happened before. */
export function withoutPast(): Past {
  const unknown = (): MillraceError =>
    new MillraceError('no-such-thing', 'That batch is not known any more. Add its pictures again.');
  return {
    history: () => [],
    undo: () => Promise.reject(unknown()),
    resume: () => Promise.reject(unknown()),
  };
}
