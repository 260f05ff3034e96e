import { availableParallelism } from 'node:os';
import type { LogLevel } from '../../contract/envelope.ts';
import { cancelled, type MillraceError } from '../../contract/errors.ts';
import { asksForSearch } from '../../contract/quality.ts';
import type { RpcClient } from '../../contract/rpc/client.ts';
import type { PreviewParams, PreviewResult, WorkerProtocol } from '../../contract/worker-protocol.ts';
import type { Clock, JobRunner } from '../engine/world.ts';
import type { WorkerHost, WorkerProcess, WorkerSpec } from './host.ts';
import type { Answer, AskOptions, Run } from './lease.ts';
import { defaultLimits, type WorkerLimits } from './limits.ts';
import { createLine, type Place } from './line.ts';
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
  /** A worker has said hello and takes ports from now on. */
  readonly onReady?: (process: WorkerProcess, spec: WorkerSpec) => void;
}

/** Worker processes behind one line, first come first served. Disposing of it is `shutdown()`. */
export interface WorkerPool extends JobRunner, AsyncDisposable {
  /**
   * Makes a picture to look at and sends it to its page, before jobs that wait. Rejects like `run`.
   *
   * @param options `pixels` of the source, for the time limit
   */
  preview(
    params: PreviewParams,
    options: { readonly signal: AbortSignal; readonly pixels: number },
  ): Promise<PreviewResult>;
  stats(): PoolStats;
  /** Starts so many workers, if there are not as many: runs are about to come. */
  warm(workers: number): void;
  /** No more runs are about to come: workers without one end. One that comes all the same starts a worker again. */
  cool(): void;
  /**
   * Takes no more runs, rejects those that wait with `cancelled`, and gives those on workers up to `graceMs` (0 by
   * default) to finish. Settles when no worker process is left.
   */
  shutdown(graceMs?: number): Promise<void>;
}

/** Workers in a row that may die before they are ready. */
const maxEarlyDeaths = 3;

/** Starts no worker until there is a run for it, or it is told that there will be. */
export function createPool(options: PoolOptions): WorkerPool {
  const { host, clock, size = availableParallelism(), log = () => undefined, onReady } = options;
  const limits = { ...defaultLimits, ...options.limits };
  const meter = createPoolMeter();
  const line = createLine(size);
  let earlyDeaths = 0;
  let refusal: MillraceError | undefined;
  let isCooling = false;

  const hooks = { started: meter.started, greeted, ended, changed: dispatch, returned: putFirst, log };
  const slots = Array.from({ length: size }, (_, index) => createSlot({ index, host, clock, limits, hooks }));

  /** Gives waiting runs to ready workers and starts workers for the rest. */
  function dispatch(): void {
    if (refusal !== undefined) return;
    for (const slot of slots) {
      if (slot.state !== 'ready') continue;
      const run = line.next();
      if (run !== undefined) slot.lease(run);
      else if (isCooling) slot.rest();
      else return;
    }
    let starting = slots.filter((slot) => slot.state === 'starting').length;
    for (const slot of slots) {
      if (starting >= line.size) return;
      if (slot.state !== 'idle' && slot.state !== 'stopped') continue;
      slot.start();
      starting += 1;
    }
    for (const slot of slots) {
      if (!slot.stageable) continue;
      const run = line.spare();
      if (run === undefined) return;
      slot.stage(run);
    }
  }

  /** It had its turn; its worker never came to it. */
  function putFirst(run: Run): void {
    if (refusal === undefined) line.rejoin(run);
    else run.reject(refusal);
  }

  function greeted(process: WorkerProcess, spec: WorkerSpec): void {
    earlyDeaths = 0;
    for (const slot of slots) if (slot.state === 'quarantined') slot.release();
    onReady?.(process, spec);
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
    for (const run of line.clear()) run.reject(refusal);
    await Promise.all(slots.map((slot) => slot.close(graceMs)));
  }

  /** Puts a question in line; settles when a worker has answered it, or cannot. */
  function enter<T>(question: Question<T>, place: Place): Promise<T> {
    const { signal, onStarted, onEnded } = question;
    return new Promise((resolve, reject) => {
      const stopped = refusal ?? (signal.aborted ? cancelled() : undefined);
      if (stopped !== undefined) {
        reject(stopped);
        return;
      }
      const askedAt = clock.now();
      let startedAt: number | undefined;
      const withdraw = (): void => {
        line.leave(run);
        reject(cancelled());
      };
      const settled = (): void => {
        signal.removeEventListener('abort', withdraw);
        if (startedAt === undefined) return;
        if (place === 'ahead') line.aheadEnded();
        onEnded?.(startedAt - askedAt, clock.now() - startedAt);
      };
      const run: Run = {
        ...question,
        onStarted() {
          signal.removeEventListener('abort', withdraw);
          startedAt = clock.now();
          onStarted?.();
        },
        async ask(client, askOptions) {
          const { result, residentBytes } = await question.ask(client, askOptions);
          return {
            residentBytes,
            tell() {
              settled();
              resolve(result);
            },
          } satisfies Answer;
        },
        reject(error) {
          settled();
          reject(error);
        },
      };
      signal.addEventListener('abort', withdraw, { once: true });
      line.join(run, place);
      dispatch();
    });
  }

  return {
    size,
    run(params, { signal, pixels, formats, ahead = false, onStarted }) {
      const { name, bytes, recipe } = params;
      return enter(
        {
          name,
          signal,
          size: { pixels, formats, bytes: bytes.byteLength, searching: asksForSearch(recipe) },
          ...(onStarted === undefined ? {} : { onStarted }),
          async ask(client, askOptions) {
            const result = await client.call('convert', params, askOptions);
            meter.worked(result.report.worker.cpu);
            return { result, residentBytes: result.report.worker.rss };
          },
          onEnded(waitedMs, ranMs) {
            meter.waited(waitedMs);
            meter.ran(ranMs);
          },
        },
        ahead ? 'ahead' : 'behind',
      );
    },
    preview(params, { signal, pixels }) {
      const { name, bytes } = params;
      return enter(
        {
          name,
          signal,
          size: { pixels, formats: ['webp'], bytes: bytes.byteLength, searching: false },
          async ask(client, askOptions) {
            const result = await client.call('preview', params, askOptions);
            return { result, residentBytes: result.rss };
          },
        },
        'ahead',
      );
    },
    stats: meter.stats,
    warm(workers) {
      isCooling = false;
      if (refusal !== undefined) return;
      for (const slot of slots.slice(0, workers)) if (slot.state === 'idle') slot.start();
    },
    cool() {
      isCooling = true;
      dispatch();
    },
    shutdown: (graceMs = 0) => closeAll(cancelled(), graceMs),
    [Symbol.asyncDispose]: () => closeAll(cancelled(), 0),
  };
}

/** What a worker is asked, for whom. */
interface Question<T> extends Pick<Run, 'name' | 'size' | 'signal'> {
  readonly onStarted?: () => void;
  /** It is over, well or not: milliseconds in line and on a worker. */
  readonly onEnded?: (waitedMs: number, ranMs: number) => void;
  readonly ask: (
    client: RpcClient<WorkerProtocol>,
    options: AskOptions,
  ) => Promise<{ readonly result: T; readonly residentBytes: number }>;
}
