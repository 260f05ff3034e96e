import type { Cost } from './cost.ts';

/** Learns how fast this machine does each kind of job, and says how long the rest will take. */
export interface TimeEstimate {
  /** A job's header has been read: its cost is known. */
  planned(cost: Cost): void;
  /** A planned job has ended, after so many milliseconds on a worker, or without one (`undefined`). */
  ended(cost: Cost, workerMs: number | undefined): void;
  /**
   * Milliseconds until the end; `undefined` before enough jobs have ended.
   *
   * @param unread jobs whose header has not been read; they count as average ones
   */
  remaining(unread: number, workers: number): number | undefined;
}

/** Fewer ended jobs than this say more about start-up than about speed. */
const enough = 3;

export function createTimeEstimate(): TimeEstimate {
  /** Per kind: milliseconds measured over milliseconds guessed, of the jobs that ended. */
  const speeds = new Map<string, { measured: number; guessed: number }>();
  /** Per kind: guessed milliseconds of jobs that have not ended. */
  const outstanding = new Map<string, number>();
  const all = { measured: 0, guessed: 0, jobs: 0, planned: 0, plannedCost: 0 };

  function factor(kind: string): number {
    const speed = speeds.get(kind);
    return speed === undefined ? all.measured / all.guessed : speed.measured / speed.guessed;
  }

  return {
    planned(cost) {
      outstanding.set(cost.kind, (outstanding.get(cost.kind) ?? 0) + cost.total);
      all.planned += 1;
      all.plannedCost += cost.total;
    },
    ended(cost, workerMs) {
      outstanding.set(cost.kind, Math.max(0, (outstanding.get(cost.kind) ?? 0) - cost.total));
      if (workerMs === undefined) return;
      const speed = speeds.get(cost.kind) ?? { measured: 0, guessed: 0 };
      speed.measured += workerMs;
      speed.guessed += cost.total;
      speeds.set(cost.kind, speed);
      all.measured += workerMs;
      all.guessed += cost.total;
      all.jobs += 1;
    },
    remaining(unread, workers) {
      if (all.jobs < enough || all.guessed === 0) return undefined;
      const known = [...outstanding].reduce((sum, [kind, guessed]) => sum + guessed * factor(kind), 0);
      const average = (all.plannedCost / all.planned) * (all.measured / all.guessed);
      return (known + unread * average) / workers;
    },
  };
}
