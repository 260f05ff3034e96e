import type { LogLevel } from '../contract/envelope.ts';
import { systemClock } from '../main/engine/clock.ts';
import { createChildHost } from '../main/workers/child-host.ts';
import { coresFor } from '../main/workers/pinning.ts';
import { createPool, type WorkerPool } from '../main/workers/pool.ts';

export interface WorkersOptions {
  /** Path of the worker's entry. */
  readonly worker: string;
  /** Worker processes. */
  readonly jobs: number;
  readonly log: (level: LogLevel, message: string) => void;
}

/** Opened before anything else, so that processes start while the rest is loaded and put together. */
export function openWorkers({ worker, jobs, log }: WorkersOptions): WorkerPool {
  const cores = coresFor(jobs);
  const host = createChildHost({ entry: worker, log, ...(cores === undefined ? {} : { cores }) });
  return createPool({ host, clock: systemClock, size: jobs, log });
}
