import type { BatchEvent, BatchProgress } from '../contract/batch.ts';
import type { WireError } from '../contract/errors.ts';

/** One job that came to nothing, as the summary tells it. */
export interface Failure {
  /** Path or address. */
  readonly source: string;
  readonly error: WireError;
}

/** An output that has more bytes than the recipe allows: there was no way to fewer. */
export interface OverLimit {
  /** Path or address of its source. */
  readonly source: string;
  readonly bytes: number;
  readonly reason: string;
}

/** What the last lines say. */
export interface Summary {
  readonly progress: BatchProgress;
  readonly failures: readonly Failure[];
  /** Jobs whose own bytes were kept because nothing smaller came out. */
  readonly keptOriginals: number;
  /** The recipe's `maxBytes`, and what is larger all the same. */
  readonly maxBytes?: number;
  readonly overLimit: readonly OverLimit[];
  /** Outputs that have one frame or page of several. */
  readonly lostFrames: number;
  /** The output that looks least like its source; absent where nothing was scored. */
  readonly lowestScore?: { readonly source: string; readonly score: number };
  /** Why the batch could not go on. */
  readonly stopped?: WireError;
  readonly interrupted: boolean;
  /** Only when `--stats` asked for it. */
  readonly stats?: unknown;
}

/** How a run tells what happens: lines for people or JSON for programs. */
export interface Reporter {
  event(event: BatchEvent): void;
  /** Something from the workers, for the log. */
  log(level: 'error' | 'warn' | 'info' | 'debug', message: string): void;
  summary(summary: Summary): void;
}

/** Where lines go. */
export interface Output {
  readonly out: (line: string) => void;
  readonly err: (line: string) => void;
}
