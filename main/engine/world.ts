import type { Intake, Source } from '../../contract/batch.ts';
import type { InputFormat, OutputFormat } from '../../contract/formats.ts';
import type { OutputPlace } from '../../contract/recipe.ts';
import type { ConvertParams, ConvertResult } from '../../contract/worker-protocol.ts';
import type { CommitRecord } from './journal.ts';

/**
 * The world as the engine sees it: everything it needs and does not do itself. The composition roots (`cli`,
 * `main/index.ts`) hand in real ones, tests hand in small ones.
 */
export interface World {
  readonly sources: SourceReader;
  readonly outputs: OutputWriter;
  readonly workers: JobRunner;
  readonly clock: Clock;
}

/** Inputs of a batch, told one by one while the walk goes on. */
export type IntakeStream = AsyncIterable<Intake>;

/** What the header of a source tells, before its pixels are touched. */
export interface SourceHead {
  /** Bytes of the whole source. */
  readonly bytes: number;
  /** Undefined when the content is nothing we read. */
  readonly format: InputFormat | undefined;
  /** Pixels of one frame; undefined when the header does not tell. */
  readonly width: number | undefined;
  readonly height: number | undefined;
  /** Frames that move, near enough: counted in what was read of the header, and on from there. Absent: one. */
  readonly frames?: number;
  /** Bits per channel; undefined when the header does not tell. */
  readonly bitDepth?: number | undefined;
  /** A name for the output, without folder and extension: a file's own, or what a link's server calls it. */
  readonly stem: string;
  /** Modified time, milliseconds since the epoch; undefined for a link that does not say. */
  readonly modifiedMs: number | undefined;
  /** The same again means the same bytes: device, file number, size and time of the last change. None for a link. */
  readonly identity?: string;
  /** Permissions, as `chmod` takes them. None for a link. */
  readonly mode?: number;
  /** When the file was made, milliseconds since the epoch, where its disk knows. None for a link. */
  readonly createdMs?: number;
}

/** Waits for disks and networks. Rejects with a `MillraceError` that names the source. */
export interface SourceReader {
  /** Opens the source and reads its beginning. A link is downloaded here, into memory bounded by its size limit. */
  head(source: Source, signal: AbortSignal): Promise<SourceHead>;
  /** All bytes. `source-changed` when the source is not what `head` saw. May be called again for another attempt. */
  read(source: Source, signal: AbortSignal): Promise<Uint8Array>;
  /** Settles when the source is still what `head` saw. Rejects with `source-changed`, or as `read` does. */
  unchanged(source: Source): Promise<void>;
  /** The job is over: whatever was kept for this source may go. */
  release(source: Source): void;
}

/** A name that is ours until it is committed or released. */
export interface Reservation {
  /** With the extension of the first format that is possible. */
  readonly path: string;
  /** The output is there already and the recipe says to leave it; nothing was reserved. */
  readonly skip: boolean;
}

/** Gives names and commits bytes to them. Rejects with a `MillraceError` that names the output. */
export interface OutputWriter {
  /**
   * Decides where the output of a source goes. Two live reservations never share a name, whatever the case
   * rules of the file system. Where several formats are possible, the name is free with the extension of each.
   */
  reserve(
    source: Source,
    head: SourceHead,
    formats: readonly OutputFormat[],
    place: OutputPlace,
  ): Promise<Reservation>;
  /**
   * Temporary file beside the destination, flush, read back, and its name: a free one, or that of the original, which is
   * kept as a backup first. All or nothing.
   */
  commit(reservation: Reservation, file: FinishedFile, options: CommitOptions): Promise<Committed>;
  release(reservation: Reservation): void;
}

/** Where an output is. */
export interface Committed {
  /** Another than the reserved one when somebody took that name in the meantime. */
  readonly path: string;
  /** Where the original is that it took the place of. */
  readonly backup?: string;
  /** Names of extended attributes of the source, by what became of them. */
  readonly attributes?: { readonly kept: readonly string[]; readonly lost: readonly string[] };
}

/** What a worker made. */
export interface FinishedFile {
  readonly bytes: Uint8Array;
  /** Of these bytes, as the worker that made them had them; hex. */
  readonly sha256: string;
  /** Of the source's bytes, where the source is to be replaced; hex. */
  readonly sourceSha256?: string;
  /** One of those that were reserved. */
  readonly format: OutputFormat;
  /** The source's own bytes. */
  readonly keptOriginal: boolean;
}

/** What an output has of the file it was made from, beside the picture. Undefined: as a new file has it. */
export interface FileTraits {
  /** Modified time, milliseconds since the epoch. */
  readonly modifiedMs: number | undefined;
  /** When it was made, likewise, where the system lets anyone say so: on macOS. */
  readonly createdMs?: number | undefined;
  /** Permissions, as `chmod` takes them. */
  readonly mode: number | undefined;
  /** Path of the file whose extended attributes (tags, comments) it gets. */
  readonly attributesFrom?: string | undefined;
}

export interface CommitOptions extends FileTraits {
  readonly signal: AbortSignal;
  readonly record: CommitRecord;
  /** Asked right before the output gets its name. Rejects when the source is not what was converted. */
  readonly sourceUnchanged: () => Promise<void>;
}

export interface RunOptions {
  readonly signal: AbortSignal;
  /** For the time limit: pixels of the source or the output, whichever has more, of all frames that are needed. */
  readonly pixels: number;
  /** That may be written. */
  readonly formats: readonly OutputFormat[];
  /** Someone waits to look at it: it goes before what waits, with few others of its kind at once. */
  readonly ahead?: boolean;
  /** A worker has the job now; it waited until then. */
  readonly onStarted?: () => void;
}

/** The worker pool. */
export interface JobRunner {
  /** How many jobs it works on at once. */
  readonly size: number;
  /**
   * Runs one attempt on a free worker; waits for one when all are busy.
   *
   * Rejects with the worker's own error when it could judge the picture, with `worker-*` when the attempt ended the
   * worker, `workers-cannot-start` when there is no point in going on, `cancelled` within 200 ms of the signal.
   */
  run(params: ConvertParams, options: RunOptions): Promise<ConvertResult>;
}

export interface Clock {
  /** Milliseconds that only go forward. */
  now(): number;
  /** Calls back once after `ms`; the returned function forgets it. */
  after(ms: number, callback: () => void): () => void;
}
