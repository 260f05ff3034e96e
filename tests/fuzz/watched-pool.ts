import { readFileSync } from 'node:fs';
import { systemClock } from '../../main/engine/clock.ts';
import type { JobRunner } from '../../main/engine/world.ts';
import { createChildHost } from '../../main/workers/child-host.ts';
import { createPool, type PoolStats } from '../../main/workers/pool.ts';
import { isAlive } from '../fixtures/processes.ts';

export interface LongAttempt {
  /** Of the picture. */
  readonly name: string;
  readonly ms: number;
}

/** A real pool whose workers are watched from outside. */
export interface WatchedPool extends JobRunner {
  /** What a job may take, and over it what a kill and its notice may, milliseconds. */
  readonly limitMs: number;
  /** The attempt that has been on a worker the longest. */
  readonly longest: () => LongAttempt;
  /** The most memory any worker has had, bytes; 0 where the system does not tell. */
  readonly peakBytes: () => number;
  readonly stats: () => PoolStats;
  /** Ends it, and gives the workers that are still there after that. */
  readonly close: () => Promise<readonly number[]>;
}

export function watchedPool(entry: string, size: number, limitMs: number): WatchedPool {
  // What else a machine does is not to be taken for a picture that takes long.
  const childHost = createChildHost({ entry, priority: 'normal' });
  const pids = new Set<number>();
  let peak = 0;
  let longest: LongAttempt = { name: '', ms: 0 };
  const pool = createPool({
    host: {
      start(spec) {
        const started = childHost.start(spec);
        if (started.pid !== undefined) pids.add(started.pid);
        return started;
      },
    },
    clock: systemClock,
    size,
    limits: { jobMs: () => limitMs },
  });
  const timer = setInterval(() => {
    for (const pid of pids) peak = Math.max(peak, peakOf(pid));
  }, 200);

  return {
    size,
    limitMs,
    async run(params, options) {
      let startedAt: number | undefined;
      try {
        return await pool.run(params, {
          ...options,
          onStarted() {
            startedAt = performance.now();
            options.onStarted?.();
          },
        });
      } finally {
        const ms = startedAt === undefined ? 0 : performance.now() - startedAt;
        if (ms > longest.ms) longest = { name: params.name, ms };
      }
    },
    longest: () => longest,
    peakBytes: () => peak,
    stats: pool.stats,
    async close() {
      clearInterval(timer);
      await pool.shutdown();
      return [...pids].filter(isAlive);
    },
  };
}

/** Linux keeps the most that a process has had until it is gone. */
function peakOf(pid: number): number {
  try {
    const kilobytes = /VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${String(pid)}/status`, 'utf8'))?.[1];
    return Number(kilobytes ?? 0) * 1024;
  } catch {
    // It is gone, or this is no Linux.
    return 0;
  }
}
