import { createHistogram, type RecordableHistogram } from 'node:perf_hooks';
import type { Termination } from './terminations.ts';

/** Milliseconds. */
export interface Distribution {
  readonly count: number;
  readonly mean: number;
  readonly p50: number;
  readonly p90: number;
  readonly p99: number;
  readonly max: number;
}

/** What a pool has done since it was created; a plain object. */
export interface PoolStats {
  /** From being asked for to reaching a worker. */
  readonly wait: Distribution;
  /** From reaching a worker to the answer, whatever it was. */
  readonly run: Distribution;
  /** Worker processes started. */
  readonly starts: number;
  /** Of those, replaced because of their number of jobs or their memory. */
  readonly recycles: number;
  /** Workers that ended, by how. */
  readonly terminations: Readonly<Partial<Record<Termination['kind'], number>>>;
  /** CPU time of all jobs that were finished, as the workers reported it, milliseconds. */
  readonly cpuMs: number;
}

/** Counts what a pool does. */
export interface PoolMeter {
  waited(ms: number): void;
  ran(ms: number): void;
  readonly started: () => void;
  terminated(termination: Termination): void;
  worked(cpuMs: number): void;
  readonly stats: () => PoolStats;
}

export function createPoolMeter(): PoolMeter {
  const wait = createHistogram();
  const run = createHistogram();
  const terminations: Partial<Record<Termination['kind'], number>> = {};
  let starts = 0;
  let recycles = 0;
  let cpuMs = 0;
  return {
    waited(ms) {
      record(wait, ms);
    },
    ran(ms) {
      record(run, ms);
    },
    started() {
      starts += 1;
    },
    terminated(termination) {
      terminations[termination.kind] = (terminations[termination.kind] ?? 0) + 1;
      if (termination.kind === 'retired' && (termination.why === 'jobs' || termination.why === 'memory')) {
        recycles += 1;
      }
    },
    worked(ms) {
      cpuMs += ms;
    },
    stats: () => ({
      wait: distribution(wait),
      run: distribution(run),
      starts,
      recycles,
      terminations: { ...terminations },
      cpuMs,
    }),
  };
}

/** Histograms hold whole numbers from 1: microseconds. */
function record(histogram: RecordableHistogram, ms: number): void {
  histogram.record(Math.max(1, Math.round(ms * 1000)));
}

function distribution(histogram: RecordableHistogram): Distribution {
  const ms = (microseconds: number): number => (histogram.count === 0 ? 0 : Math.round(microseconds) / 1000);
  return {
    count: histogram.count,
    mean: ms(histogram.mean),
    p50: ms(histogram.percentile(50)),
    p90: ms(histogram.percentile(90)),
    p99: ms(histogram.percentile(99)),
    max: ms(histogram.max),
  };
}
