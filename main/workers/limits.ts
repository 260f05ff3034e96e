import { pinnedLimit, timeLimit, type JobSize } from './time-limit.ts';

/** What a worker may take. Times in milliseconds. */
export interface WorkerLimits {
  /** From its start until it says hello. */
  readonly startMs: number;
  /** Until it has let go of a cancelled job; then it is ended. */
  readonly cancelMs: number;
  /** Until it is gone after it was asked to finish or has hung up; then it is ended. */
  readonly drainMs: number;
  /** Without a job; then it is asked to finish. */
  readonly idleMs: number;
  /** Jobs after which it is replaced by a new one. */
  readonly maxJobs: number;
  /** Resident memory after a job, bytes, above which it is replaced: allocators keep the room of large pictures. */
  readonly maxResidentBytes: number;
  /** One job, not counting what it waits for a core. */
  readonly jobMs: (size: JobSize) => number;
  /** One job on the core that its worker is pinned to; then the worker may run on any. */
  readonly pinnedMs: (size: JobSize) => number;
  /** How long a slot waits before it starts a worker again, after it has lost so many in a row (from 1). */
  readonly backOffMs: (losses: number) => number;
}

export const defaultLimits: WorkerLimits = {
  startMs: 30_000,
  cancelMs: 100,
  drainMs: 2_000,
  idleMs: 60_000,
  maxJobs: 5_000,
  maxResidentBytes: 1_500_000_000,
  jobMs: timeLimit,
  pinnedMs: pinnedLimit,
  backOffMs: (losses) => Math.min(1_000, 25 * 2 ** (losses - 1)),
};
