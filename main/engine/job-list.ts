import {
  type BatchEvent,
  type Job,
  type JobOutput,
  type JobState,
  type Source,
} from '../../contract/batch.ts';
import { toWireError, type MillraceError } from '../../contract/errors.ts';
import type { Report } from '../../contract/report.ts';
import type { InputFormat } from '../../contract/formats.ts';
import type { PreparedJob } from './pipeline.ts';
import type { ProgressMeter } from './progress.ts';

/** What the batch keeps of a job. Small, since there may be a hundred thousand; reports leave with their event. */
export interface JobRecord {
  readonly id: number;
  readonly source: Source;
  state: JobState;
  attempts: number;
  /** What the header told. */
  facts: { readonly bytes: number; readonly format: InputFormat; readonly pixels: number } | undefined;
  /** Only between the header and the end of the job. */
  prepared: PreparedJob | undefined;
  output: JobOutput | undefined;
  error: MillraceError | undefined;
  /** Cancels the work on it, while there is any. */
  work: AbortController | undefined;
}

/** The jobs of a batch. Every change of state goes through here, is counted and told. */
export interface JobList {
  readonly all: ReadonlyMap<number, JobRecord>;
  add(source: Source): JobRecord;
  /** A worker has the job. */
  started(job: JobRecord, attempt: number): void;
  retried(job: JobRecord, error: MillraceError): void;
  done(job: JobRecord, output: JobOutput, report: Report): void;
  failed(job: JobRecord, error: MillraceError): void;
  skipped(job: JobRecord, reason: string): void;
  cancelled(job: JobRecord): void;
  /** Back to the queue: paused before it started, or to be tried again. */
  waiting(job: JobRecord): void;
}

export function createJobList(meter: ProgressMeter, tell: (event: BatchEvent) => void): JobList {
  const all = new Map<number, JobRecord>();

  function move(job: JobRecord, state: JobState): void {
    if (job.state === state) return;
    meter.moved(job.state, state);
    job.state = state;
  }

  return {
    all,
    add(source) {
      const job: JobRecord = {
        id: all.size + 1,
        source,
        state: 'waiting',
        attempts: 0,
        facts: undefined,
        prepared: undefined,
        output: undefined,
        error: undefined,
        work: undefined,
      };
      all.set(job.id, job);
      meter.moved(undefined, 'waiting');
      return job;
    },
    started(job, attempt) {
      job.attempts = attempt;
      if (job.state === 'running') return;
      move(job, 'running');
      tell({ type: 'job.started', job: snapshot(job) });
    },
    retried(job, error) {
      tell({ type: 'job.retried', job: snapshot(job), error: toWireError(error) });
    },
    done(job, output, report) {
      job.output = output;
      meter.bytes(report.source.bytes, output.bytes);
      move(job, 'done');
      tell({ type: 'job.done', job: { ...snapshot(job), report } });
    },
    failed(job, error) {
      job.error = error;
      move(job, 'failed');
      tell({ type: 'job.failed', job: snapshot(job), error: toWireError(error) });
    },
    skipped(job, reason) {
      move(job, 'skipped');
      tell({ type: 'job.skipped', job: snapshot(job), reason });
    },
    cancelled(job) {
      move(job, 'cancelled');
      tell({ type: 'job.cancelled', job: snapshot(job) });
    },
    waiting(job) {
      job.error = undefined;
      move(job, 'waiting');
    },
  };
}

/** The job as others may see it, at this moment. */
export function snapshot(job: JobRecord): Job {
  const { facts, output, error } = job;
  return {
    id: job.id,
    source: job.source,
    state: job.state,
    attempts: job.attempts,
    ...facts,
    ...(output === undefined ? {} : { output }),
    ...(error === undefined ? {} : { error: toWireError(error) }),
  };
}
