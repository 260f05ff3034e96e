import type { JobOutput, JobState, Source, SourceFacts } from '../../contract/batch.ts';
import type { MillraceError } from '../../contract/errors.ts';
import type { OutputFormat } from '../../contract/formats.ts';

/**
 * The durable record of a batch: what a later run needs to go on after this one has ended at any moment. Nothing waits
 * for it but commits.
 */
export interface BatchJournal {
  /** A source is part of the batch. Numbers are those of the engine's jobs. */
  accepted(job: number, source: Source): void;
  /**
   * Why a source needs no work: this recipe was done on these very bytes and the output is still there, or Millrace made
   * it itself. Undefined: work on it.
   */
  alreadyDone(source: Source, identity: string): Promise<string | undefined>;
  /** Its header has been read, and its output will get this name or one in the same folder. */
  prepared(job: number, identity: string | undefined, facts: SourceFacts, path: string): void;
  started(job: number, attempt: number): void;
  retried(job: number, attempt: number, error: MillraceError): void;
  done(job: number, output: JobOutput): void;
  /** `why`: the error of a failed job, the reason of a skipped one. */
  ended(job: number, state: Exclude<JobState, 'waiting' | 'running' | 'done'>, why?: unknown): void;
  /** To be done again, or put back before it was started. */
  waiting(job: number): void;
  /** There is nothing left to do. */
  finished(): void;
  /** What is cancelled from now on is left for a later run. */
  interrupted(): void;
  /** For the commit of one job. */
  commit(job: number): CommitRecord;
}

/** What a commit writes down before it touches the destination, so that its traces are found and settled. */
export interface CommitRecord {
  /** Settles when a later run would know in which folder to look for temporary files of this job. */
  announced(): Promise<void>;
  /** Settles when the intention would survive a power cut, as far as the disk keeps its word. */
  about(intent: CommitIntent): Promise<void>;
  /** The output has its name. */
  committed(): void;
  /** It came to nothing, and left nothing. */
  withdrawn(): void;
}

export interface CommitIntent {
  readonly temporary: string;
  readonly path: string;
  /** Of what the temporary file holds, in hex. */
  readonly sha256: string;
  readonly bytes: number;
  /** Of the temporary file, and of the output once it has its name: others know by it what is ours. */
  readonly identity: string;
  readonly format: OutputFormat;
  readonly keptOriginal: boolean;
  /** The original that gives way, where one does. */
  readonly replaces?: ReplacedOriginal;
}

/** An original that is kept as a backup before its name goes to the output. */
export interface ReplacedOriginal {
  readonly original: string;
  readonly backup: string;
  readonly sha256: string;
  readonly bytes: number;
  /** Milliseconds since the epoch. */
  readonly modifiedMs: number;
}

/** For a file that no later run needs to know of. */
export const noRecord: CommitRecord = {
  announced: () => Promise.resolve(),
  about: () => Promise.resolve(),
  committed: () => undefined,
  withdrawn: () => undefined,
};

/** For a batch that no later run needs to know of. */
export const noJournal: BatchJournal = {
  accepted: () => undefined,
  alreadyDone: () => Promise.resolve(undefined),
  prepared: () => undefined,
  started: () => undefined,
  retried: () => undefined,
  done: () => undefined,
  ended: () => undefined,
  waiting: () => undefined,
  finished: () => undefined,
  interrupted: () => undefined,
  commit: () => noRecord,
};
