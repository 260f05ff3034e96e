import { formatTraits, type OutputFormat } from '../../contract/formats.ts';

/** What is known of a job when it starts. */
export interface JobSize {
  /** Pixels of the source or of the output, whichever has more. */
  readonly pixels: number;
  /** Bytes of the source. */
  readonly bytes: number;
  /** All that may be tried. */
  readonly formats: readonly OutputFormat[];
  /** A quality is searched for: several encodes, each scored. */
  readonly searching: boolean;
}

/**
 * Milliseconds per megapixel of the slowest way to write each format, on one quiet core with the WebAssembly codecs.
 * Source: the slowest rows of docs/decisions/0006-cost-model.md; AVIF is 2.7 times slower in WebAssembly.
 */
const slowest: Readonly<Record<OutputFormat, number>> = {
  jpeg: 250,
  png: 2_500,
  webp: 600,
  avif: 10_000,
  jxl: 1_500,
  gif: 1_500,
  tiff: 500,
};

/** A loaded machine and a slow one. */
const generosity = 8;

/** Two ways to encode, four attempts each, at their worst; a search needs three encodes in most cases. */
const searchFactor = 4;

/** Milliseconds per megapixel to decode and score one attempt, loaded and slow as above. */
const scoring = 400;

/** Starting up, moving bytes, a machine that swaps. */
const floorMs = 30_000;

/** Moving bytes. */
const pinnedFloorMs = 5_000;

/** Small animations of flat colour reach this; how many frames there are is known from the first bytes alone. */
const animatedPixelsPerByte = 20;

/** Milliseconds that a job takes in the slowest way there is, on one quiet core. */
function slowestTime({ pixels, bytes, formats, searching }: JobSize): number {
  const moving = formats.some((format) => formatTraits[format].animation);
  const megapixels = (moving ? Math.max(pixels, bytes * animatedPixelsPerByte) : pixels) / 1e6;
  const once = formats.reduce((sum, format) => sum + slowest[format], 0);
  return megapixels * (searching ? searchFactor * (once + formats.length * scoring) : once);
}

/**
 * Milliseconds after which a job is hopeless and its worker is ended. Far above what any picture of that size takes:
 * it is there for what would never end.
 */
export function timeLimit(size: JobSize): number {
  return floorMs + slowestTime(size) * generosity;
}

/**
 * Milliseconds after which something else must be using the core that a worker is pinned to, which is then let go: far
 * below the time limit, and above what a picture of that size takes as a rule.
 */
export function pinnedLimit(size: JobSize): number {
  return pinnedFloorMs + slowestTime(size);
}
