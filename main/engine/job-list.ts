import {
  type BatchEvent,
  type Job,
  type JobOutput,
  type JobState,
  type Source,
  type SourceFacts,
} from '../../contract/batch.ts';
import { toWireError, type MillraceError, type WireError } from '../../contract/errors.ts';
import type { Report } from '../../contract/report.ts';
import type { BatchJournal } from './journal.ts';
import type { ProgressMeter } from './progress.ts';

/** What the batch keeps of a job. Small, since there may be a hundred thousand; reports leave with their event. */
export interface JobRecord {
  readonly id: number;
  readonly source: Source;
  state: JobState;
  attempts: number;
  facts: SourceFacts | undefined;
  output: JobOutput | undefined;
  /** Why it failed, without a stack, or why it was skipped. */
  why: WireError | string | undefined;
  /** It is to be done even if it has been done before. */
  insist: boolean;
  /** How often its source was found changed while it was worked on. */
  changes: number;
  /** It waits for its header to be read. */
  queued: boolean;
  /** Cancels the work on it, while there is any. */
  work: AbortController | undefined;
}

/** The jobs of a batch. Every change of state goes through here, is counted and told. */
export interface JobList {
  readonly all: ReadonlyMap<number, JobRecord>;
  /** The highest number given; removed jobs leave gaps below it. */
  readonly lastId: number;
  /** Those of these numbers that there are. */
  named(ids: Iterable<number>): Iterable<JobRecord>;
  add(source: Source): JobRecord;
  /** An earlier run has done it. */
  recall(source: Source, output: JobOutput, facts: SourceFacts): JobRecord;
  /** Its header has been read. */
  known(job: JobRecord, facts: SourceFacts): void;
  /** A worker has the job. */
  started(job: JobRecord, attempt: number): void;
  retried(job: JobRecord, error: MillraceError): void;
  done(job: JobRecord, output: JobOutput, report: Report): void;
  failed(job: JobRecord, error: MillraceError): void;
  skipped(job: JobRecord, reason: string): void;
  cancelled(job: JobRecord): void;
  /** Back to the queue: paused before it started, or to be tried again. */
  waiting(job: JobRecord): void;
  /** Takes a job out that nobody works on. */
  remove(job: JobRecord): void;
}

export interface JobListHooks {
  tell(event: BatchEvent): void;
  /** Something about this job is other than before, or it is new, or gone. Called at once and often. */
  changed(id: number): void;
  readonly journal: BatchJournal;
}

export function createJobList(meter: ProgressMeter, { tell, changed, journal }: JobListHooks): JobList {
  const all = new Map<number, JobRecord>();
  let lastId = 0;

  function move(job: JobRecord, state: JobState): void {
    if (job.state === state) return;
    meter.moved(job.state, state);
    job.state = state;
    changed(job.id);
  }

  function add(source: Source): JobRecord {
    lastId += 1;
    const job: JobRecord = {
      id: lastId,
      source,
      state: 'waiting',
      attempts: 0,
      facts: undefined,
      output: undefined,
      why: undefined,
      insist: false,
      changes: 0,
      queued: false,
      work: undefined,
    };
    all.set(job.id, job);
    journal.accepted(job.id, source);
    meter.moved(undefined, 'waiting');
    changed(job.id);
    return job;
  }

  return {
    all,
    get lastId() {
      return lastId;
    },
    *named(ids) {
      for (const id of ids) {
        const job = all.get(id);
        if (job !== undefined) yield job;
      }
    },
    add,
    recall(source, output, facts) {
      const job = add(source);
      job.facts = facts;
      job.output = output;
      meter.bytes(facts.bytes, output.bytes);
      move(job, 'done');
      return job;
    },
    known(job, facts) {
      job.facts = facts;
      changed(job.id);
    },
    started(job, attempt) {
      job.attempts = attempt;
      journal.started(job.id, attempt);
      if (job.state === 'running') return;
      move(job, 'running');
      tell({ type: 'job.started', job: snapshot(job) });
    },
    retried(job, error) {
      journal.retried(job.id, job.attempts, error);
      tell({ type: 'job.retried', job: snapshot(job), error: toWireError(error) });
    },
    done(job, output, report) {
      job.output = output;
      journal.done(job.id, output);
      meter.bytes(report.source.bytes, output.bytes);
      move(job, 'done');
      tell({ type: 'job.done', job: { ...snapshot(job), report } });
    },
    failed(job, error) {
      const why = toWireError(error);
      job.why = why;
      journal.ended(job.id, 'failed', why);
      move(job, 'failed');
      tell({ type: 'job.failed', job: snapshot(job), error: why });
    },
    skipped(job, reason) {
      job.why = reason;
      journal.ended(job.id, 'skipped', reason);
      move(job, 'skipped');
      tell({ type: 'job.skipped', job: snapshot(job), reason });
    },
    cancelled(job) {
      journal.ended(job.id, 'cancelled');
      move(job, 'cancelled');
      tell({ type: 'job.cancelled', job: snapshot(job) });
    },
    waiting(job) {
      job.why = undefined;
      journal.waiting(job.id);
      move(job, 'waiting');
    },
    remove(job) {
      all.delete(job.id);
      meter.moved(job.state, undefined);
      if (job.state === 'done') meter.bytes(-(job.facts?.bytes ?? 0), -(job.output?.bytes ?? 0));
      changed(job.id);
    },
  };
}

/** The job as others may see it, at this moment. */
export function snapshot(job: JobRecord): Job {
  const { facts, output, why } = job;
  return {
    id: job.id,
    source: job.source,
    state: job.state,
    attempts: job.attempts,
    ...facts,
    ...(output === undefined ? {} : { output }),
    ...(typeof why === 'object' ? { error: why } : {}),
    ...(typeof why === 'string' ? { reason: why } : {}),
  };
}
