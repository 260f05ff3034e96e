import type { WireError } from './errors.ts';
import type { InputFormat, OutputFormat } from './formats.ts';
import type { Report } from './report.ts';

/** One input. `path` and `root` are absolute; `root` is the dropped folder a file was found in. */
export type Source =
  | { readonly kind: 'file'; readonly path: string; readonly root?: string }
  | { readonly kind: 'link'; readonly url: string };

/** What someone offers: paths of files and folders, and addresses of pictures. */
export interface Offered {
  readonly paths: readonly string[];
  readonly links: readonly string[];
}

/** Why something that was offered did not become a job. */
export type SkipReason = 'hidden' | 'not-an-image' | 'already-seen' | 'special-file' | 'own-output';

/** What intake gives to the engine, one by one, while it is still looking. */
export type Intake =
  | { readonly kind: 'source'; readonly source: Source }
  /** An earlier run has done it. */
  | {
      readonly kind: 'done';
      readonly source: Source;
      readonly output: JobOutput;
      readonly facts: SourceFacts;
    }
  | { readonly kind: 'skipped'; readonly path: string; readonly reason: SkipReason }
  | { readonly kind: 'failed'; readonly source: Source; readonly error: WireError };

/** Where a job is in its life. `failed` is also what a set-aside (poisoned) job is. */
export const jobStates = ['waiting', 'running', 'done', 'failed', 'skipped', 'cancelled'] as const;
export type JobState = (typeof jobStates)[number];

/** What a source's header told. */
export interface SourceFacts {
  readonly bytes: number;
  readonly format: InputFormat;
  /** Of all frames, as far as the header tells; a guess by its bytes where it does not. */
  readonly pixels: number;
}

export interface JobOutput {
  readonly path: string;
  readonly format: OutputFormat;
  readonly bytes: number;
  /** Nothing smaller came out: it has the source's own bytes. */
  readonly keptOriginal: boolean;
  /** Why it has them. */
  readonly kept?: string;
  /** Where the original is that it took the place of. */
  readonly backup?: string;
  /** SSIMULACRA2 score, where it was measured. */
  readonly score?: number;
}

/** One source x one recipe. `id` counts from 1 in the order of intake within its batch. */
export interface Job {
  readonly id: number;
  readonly source: Source;
  readonly state: JobState;
  /** Bytes of the source; known once its header has been read. */
  readonly bytes?: number;
  readonly format?: InputFormat;
  /** Pixels of all frames, as far as the header tells; a guess by its bytes where it does not. */
  readonly pixels?: number;
  readonly attempts: number;
  readonly output?: JobOutput;
  readonly report?: Report;
  readonly error?: WireError;
  /** Why it was skipped. */
  readonly reason?: string;
}

export interface Counts {
  /** Jobs known so far; grows until `intakeEnded`. */
  readonly total: number;
  readonly waiting: number;
  readonly running: number;
  readonly done: number;
  readonly failed: number;
  readonly skipped: number;
  readonly cancelled: number;
  /** Files that did not become jobs. */
  readonly ignored: number;
}

/** A snapshot of a batch, at most ten a second. */
export interface BatchProgress {
  readonly counts: Counts;
  readonly intakeEnded: boolean;
  /** Bytes of the sources of done jobs, and of what came out of them. */
  readonly bytesIn: number;
  readonly bytesOut: number;
  readonly elapsedMs: number;
  /** Undefined until there is enough measured to say something. */
  readonly etaMs?: number;
}

/** What the engine tells while it works. `job.done` and its kin are the last word on a job, unless it is retried. */
export type BatchEvent =
  | { readonly type: 'job.started'; readonly job: Job }
  | { readonly type: 'job.retried'; readonly job: Job; readonly error: WireError }
  | { readonly type: 'job.done'; readonly job: Job }
  | { readonly type: 'job.failed'; readonly job: Job; readonly error: WireError }
  | { readonly type: 'job.skipped'; readonly job: Job; readonly reason: string }
  | { readonly type: 'job.cancelled'; readonly job: Job }
  | { readonly type: 'ignored'; readonly path: string; readonly reason: SkipReason }
  | { readonly type: 'progress'; readonly progress: BatchProgress }
  /** The batch waits for a person; the job that found out waits again. Only where `holds` was given. */
  | { readonly type: 'held'; readonly error: WireError }
  /** The batch cannot go on; what had not started is cancelled. */
  | { readonly type: 'stopped'; readonly error: WireError }
  | { readonly type: 'ended'; readonly progress: BatchProgress };

/** How a person calls a source in a sentence: its file name or address. */
export function sourceName(source: Source): string {
  if (source.kind === 'link') return source.url;
  return source.path.split(/[\\/]/).at(-1) ?? source.path;
}

/** A source in full: its path or address. */
export function sourceAddress(source: Source): string {
  return source.kind === 'file' ? source.path : source.url;
}
