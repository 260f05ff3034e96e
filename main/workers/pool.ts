import { availableParallelism } from 'node:os';
import type { LogLevel } from '../../contract/envelope.ts';
import { cancelled, type MillraceError } from '../../contract/errors.ts';
import type { Clock, JobRunner } from '../engine/world.ts';
import type { WorkerHost } from './host.ts';
import type { Run } from './lease.ts';
import { defaultLimits, type WorkerLimits } from './limits.ts';
import { createPoolMeter, type PoolStats } from './pool-stats.ts';
import { createSlot, type WorkerEnd } from './slot.ts';
import { cannotStartError } from './terminations.ts';

export type { PoolStats } from './pool-stats.ts';

export interface PoolOptions {
  readonly host: WorkerHost;
  readonly clock: Clock;
  /** Worker processes at most; as many as cores this process may use by default. */
  readonly size?: number;
  readonly limits?: Partial<WorkerLimits>;
  readonly log?: (level: LogLevel, message: string) => void;
}

/** Worker processes behind one queue, first come first served. Disposing of it is `shutdown()`. */
export interface WorkerPool extends JobRunner, AsyncDisposable {
  stats(): PoolStats;
  /**
   * Takes no more runs, rejects those that wait with `cancelled`, and gives those on workers up to `graceMs` (0 by
   * default) to finish. Settles when no worker process is left.
   */
  shutdown(graceMs?: number): Promise<void>;
}

/** Workers in a row that may die before they are ready. */
const maxEarlyDeaths = 3;

/** Starts no worker until there is a run for it. */
export function createPool(options: PoolOptions): WorkerPool {
  const { host, clock, size = availableParallelism(), log = () => undefined } = options;
  const limits = { ...defaultLimits, ...options.limits };
  const meter = createPoolMeter();
  const waiting = new Set<Run>();
  let earlyDeaths = 0;
  let refusal: MillraceError | undefined;

  const hooks = { started: meter.started, greeted, ended, changed: dispatch, returned: putFirst, log };
  const slots = Array.from({ length: size }, (_, index) => createSlot({ index, host, clock, limits, hooks }));

  /** Gives waiting runs to ready workers and starts workers for the rest. */
  function dispatch(): void {
    if (refusal !== undefined) return;
    for (const slot of slots) {
      if (slot.state !== 'ready') continue;
      const [run] = waiting;
      if (run === undefined) return;
      waiting.delete(run);
      slot.lease(run);
    }
    let starting = slots.filter((slot) => slot.state === 'starting').length;
    for (const slot of slots) {
      if (starting >= waiting.size) return;
      if (slot.state !== 'idle' && slot.state !== 'stopped') continue;
      slot.start();
      starting += 1;
    }
    // The last runs wait for whoever is free first.
    for (const slot of slots) {
      if (waiting.size <= size) return;
      const [run] = waiting;
      if (run === undefined || !slot.stageable) continue;
      waiting.delete(run);
      slot.stage(run);
    }
  }

  /** It had its turn; its worker never came to it. */
  function putFirst(run: Run): void {
    if (refusal !== undefined) {
      run.reject(refusal);
      return;
    }
    const others = [...waiting];
    waiting.clear();
    for (const each of [run, ...others]) waiting.add(each);
  }

  function greeted(): void {
    earlyDeaths = 0;
    for (const slot of slots) if (slot.state === 'quarantined') slot.release();
  }

  function ended({ termination, early, output }: WorkerEnd): 'back-off' | 'quarantine' {
    meter.terminated(termination);
    if (refusal !== undefined) return 'quarantine';
    if (!early) return 'back-off';
    earlyDeaths += 1;
    if (earlyDeaths < maxEarlyDeaths) return 'back-off';
    const othersWork = slots.some(
      ({ state }) => state === 'ready' || state === 'busy' || state === 'draining',
    );
    if (!othersWork) {
      const error = cannotStartError(earlyDeaths, termination, output);
      log('error', [error.message, error.detail].join('\n'));
      void closeAll(error, 0);
    }
    return 'quarantine';
  }

  /** From now on every run gets this answer, and workers end. */
  async function closeAll(answer: MillraceError, graceMs: number): Promise<void> {
    refusal ??= answer;
    for (const run of waiting) run.reject(refusal);
    waiting.clear();
    await Promise.all(slots.map((slot) => slot.close(graceMs)));
  }

  return {
    size,
    run(params, runOptions) {
      const { signal, onStarted } = runOptions;
      return new Promise((resolve, reject) => {
        const stopped = refusal ?? (signal.aborted ? cancelled() : undefined);
        if (stopped !== undefined) {
          reject(stopped);
          return;
        }
        const askedAt = clock.now();
        let startedAt: number | undefined;
        const withdraw = (): void => {
          waiting.delete(run);
          reject(cancelled());
        };
        const settled = (): void => {
          if (startedAt === undefined) signal.removeEventListener('abort', withdraw);
          else meter.ran(clock.now() - startedAt);
        };
        const run: Run = {
          params,
          options: {
            ...runOptions,
            onStarted() {
              signal.removeEventListener('abort', withdraw);
              startedAt = clock.now();
              meter.waited(startedAt - askedAt);
              onStarted?.();
            },
          },
          resolve(result) {
            settled();
            meter.worked(result.report.worker.cpu);
            resolve(result);
          },
          reject(error) {
            settled();
            reject(error);
          },
        };
        signal.addEventListener('abort', withdraw, { once: true });
        waiting.add(run);
        dispatch();
      });
    },
    stats: meter.stats,
    shutdown: (graceMs = 0) => closeAll(cancelled(), graceMs),
    [Symbol.asyncDispose]: () => closeAll(cancelled(), 0),
  };
}
