import { describe, expect, it } from 'vitest';
import type { BatchView } from '../../contract/app-state.ts';
import { parseRecipe } from '../../contract/recipe.ts';
import { createBatchPresence } from './batch-presence.ts';

type Counts = BatchView['counts'];

function viewOf(
  state: BatchView['state'],
  counts: Partial<Counts> = {},
  rest: Partial<BatchView> = {},
): BatchView {
  return {
    id: 1,
    state,
    counts: {
      total: 0,
      waiting: 0,
      running: 0,
      done: 0,
      failed: 0,
      skipped: 0,
      cancelled: 0,
      ignored: 0,
      ...counts,
    },
    intakeEnded: true,
    bytesIn: 0,
    bytesOut: 0,
    elapsedMs: 0,
    found: 0,
    leftOut: [],
    recipe: parseRecipe({}),
    ...rest,
  };
}

/** A desktop on which a batch is present; everything it is told is in `told`, in order. */
function desktop(isFocused = false) {
  const told: string[] = [];
  let blockers = 0;
  const show = createBatchPresence({
    power: {
      start: (type) => {
        told.push(`awake: ${type}`);
        return (blockers += 1);
      },
      stop: (id) => {
        told.push(`sleep ${String(id)}`);
        return true;
      },
    },
    window: () => ({
      isFocused: () => isFocused,
      setProgressBar: (share, options) => told.push(`bar ${String(share)} ${options?.mode ?? ''}`),
    }),
    notify: (title, body) => told.push(`${title}: ${body}`),
  });
  return { told, show };
}

describe('the batch on the desktop', () => {
  it('moves the bar, keeps the computer awake, and says when it is over', () => {
    const { told, show } = desktop();
    show(viewOf('working', {}, { intakeEnded: false }));
    show(viewOf('working', { total: 4, waiting: 2, running: 1, done: 1 }));
    show(viewOf('working', { total: 4, done: 3, failed: 1 }));
    show(viewOf('ended', { total: 4, done: 3, failed: 1 }, { bytesIn: 4_000_000, bytesOut: 1_000_000 }));
    show(undefined);
    expect(told).toEqual([
      'awake: prevent-app-suspension',
      'bar 2 indeterminate',
      'bar 0.25 normal',
      'bar 1 normal',
      'sleep 1',
      'bar -1 none',
      'The batch has ended: 3 pictures done, 3 MB saved (75 %), 1 failed',
    ]);
  });

  it('does not draw what has not changed', () => {
    const { told, show } = desktop();
    const counts = { total: 100_000, waiting: 99_990, done: 10 };
    show(viewOf('working', counts));
    show(viewOf('working', { ...counts, done: 11, waiting: 99_989 }));
    expect(told.filter((line) => line.startsWith('bar'))).toEqual(['bar 0 normal']);
  });

  it('lets the computer sleep while a person has paused, and shows it', () => {
    const { told, show } = desktop();
    show(viewOf('working', { total: 2, waiting: 1, done: 1 }));
    show(viewOf('paused', { total: 2, waiting: 1, done: 1 }));
    show(viewOf('working', { total: 2, waiting: 1, done: 1 }));
    expect(told).toEqual([
      'awake: prevent-app-suspension',
      'bar 0.5 normal',
      'sleep 1',
      'bar 0.5 paused',
      'awake: prevent-app-suspension',
      'bar 0.5 normal',
    ]);
  });

  it.each(['held', 'stopped'] as const)('calls for a person when it is %s', (state) => {
    const { told, show } = desktop();
    const counts = { total: 2, waiting: 2 };
    show(viewOf('working', counts));
    const error = { code: 'destination-full', message: 'The disk is full.', retriable: true } as const;
    show(viewOf(state, counts, { error }));
    expect(told.slice(2)).toEqual(['sleep 1', 'bar 0 error', 'Millrace needs you: The disk is full.']);
  });

  it('says nothing to who looks at it, or has cancelled it', () => {
    const looking = desktop(true);
    looking.show(viewOf('working'));
    looking.show(viewOf('ended'));
    const cancelling = desktop();
    cancelling.show(viewOf('working'));
    cancelling.show(viewOf('cancelling'));
    cancelling.show(viewOf('ended'));
    for (const { told } of [looking, cancelling]) expect(told.at(-1)).toBe('bar -1 none');
  });

  it('says nothing of a batch that had ended before', () => {
    const { told, show } = desktop();
    show(viewOf('ended', {}, { id: 1 }));
    show(viewOf('ended', {}, { id: 2 }));
    expect(told).toEqual([]);
  });

  it('says it again when failed ones have been tried again', () => {
    const { told, show } = desktop();
    for (const state of ['working', 'ended', 'working', 'ended'] as const)
      show(viewOf(state, { total: 1, done: 1 }));
    expect(told.filter((line) => line.includes('1 picture done'))).toHaveLength(2);
  });
});
