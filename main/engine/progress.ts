import type { BatchProgress, Counts, JobState } from '../../contract/batch.ts';
import type { Cost } from './cost.ts';
import { createTimeEstimate } from './estimate.ts';
import type { Clock } from './world.ts';

/** Counts what happens in a batch and tells it at a calm pace. */
export interface ProgressMeter {
  /** A job came to be (`from` undefined), changed its state, or was taken out (`to` undefined). */
  moved(from: JobState | undefined, to: JobState | undefined): void;
  ignored(): void;
  planned(cost: Cost): void;
  /** A planned job is over; `workerMs` when a worker finished it. */
  ended(cost: Cost, workerMs: number | undefined): void;
  bytes(read: number, written: number): void;
  intakeEnded(ended: boolean): void;
  snapshot(): BatchProgress;
  stop(): void;
}

/** Ten a second is as fast as a person reads; more would cost the window its frames. */
const intervalMs = 100;

/** @param tell called with a snapshot at most every 100 ms, and only when something has changed */
export function createProgressMeter(
  clock: Clock,
  workers: number,
  tell: (progress: BatchProgress) => void,
): ProgressMeter {
  const startedAt = clock.now();
  const counts: Record<JobState, number> = {
    waiting: 0,
    running: 0,
    done: 0,
    failed: 0,
    skipped: 0,
    cancelled: 0,
  };
  const estimate = createTimeEstimate();
  let ignored = 0;
  let bytesIn = 0;
  let bytesOut = 0;
  let intakeEnded = false;
  let planned = 0;
  let toldAt = -Infinity;
  let forget: (() => void) | undefined;

  function snapshot(): BatchProgress {
    const etaMs = intakeEnded
      ? estimate.remaining(Math.max(0, counts.waiting + counts.running - planned), workers)
      : undefined;
    return {
      counts: currentCounts(),
      intakeEnded,
      bytesIn,
      bytesOut,
      elapsedMs: clock.now() - startedAt,
      ...(etaMs === undefined ? {} : { etaMs }),
    };
  }

  function currentCounts(): Counts {
    const total = Object.values(counts).reduce((sum, count) => sum + count, 0);
    return { total, ...counts, ignored };
  }

  function changed(): void {
    if (forget !== undefined) return;
    forget = clock.after(Math.max(0, toldAt + intervalMs - clock.now()), () => {
      forget = undefined;
      toldAt = clock.now();
      tell(snapshot());
    });
  }

  return {
    moved(from, to) {
      if (from !== undefined) counts[from] -= 1;
      if (to !== undefined) counts[to] += 1;
      changed();
    },
    ignored() {
      ignored += 1;
      changed();
    },
    planned(cost) {
      planned += 1;
      estimate.planned(cost);
    },
    ended(cost, workerMs) {
      planned -= 1;
      estimate.ended(cost, workerMs);
    },
    bytes(read, written) {
      bytesIn += read;
      bytesOut += written;
    },
    intakeEnded(ended) {
      intakeEnded = ended;
      changed();
    },
    snapshot,
    stop() {
      forget?.();
      forget = undefined;
    },
  };
}
