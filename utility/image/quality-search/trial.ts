import type { Setting } from '../encode-settings.ts';

/** What came of one setting. */
export interface Trial extends Setting {
  readonly bytes: number;
  /** SSIMULACRA2 of the result beside what was encoded. */
  readonly score: number;
}

/** The encoder's own scale. */
export const lowestQuality = 1;
export const highestQuality = 100;

/** Score or bytes by quality. */
export type Curve = (quality: number) => number;

/** What is thought of a curve once some of it has been seen. */
export type Belief = (trials: readonly Trial[]) => Curve;

/**
 * A curve that goes through what was tried and keeps the shape of another between and beyond: the differences at the
 * trials are interpolated over the quality.
 */
export function through(shape: Curve, points: readonly { quality: number; value: number }[]): Curve {
  const offsets = points
    .map(({ quality, value }) => ({ quality, offset: value - shape(quality) }))
    .sort((a, b) => a.quality - b.quality);
  return (quality) => shape(quality) + offsetAt(offsets, quality);
}

function offsetAt(offsets: readonly { quality: number; offset: number }[], quality: number): number {
  const above = offsets.find((each) => each.quality >= quality);
  const below = offsets.findLast((each) => each.quality <= quality);
  if (above === undefined || below === undefined) return (above ?? below)?.offset ?? 0;
  if (above.quality === below.quality) return above.offset;
  const share = (quality - below.quality) / (above.quality - below.quality);
  return below.offset + share * (above.offset - below.offset);
}

/** The lowest quality from which on a curve stays at or above a value; undefined when not even the highest does. */
export function lowestReaching(curve: Curve, value: number): number | undefined {
  let lowest: number | undefined;
  for (let quality = highestQuality; quality >= lowestQuality; quality -= 1) {
    if (curve(quality) < value) break;
    lowest = quality;
  }
  return lowest;
}

/** The highest quality up to which a curve stays at or below a value; undefined when not even the lowest does. */
export function highestWithin(curve: Curve, value: number): number | undefined {
  let highest: number | undefined;
  for (let quality = lowestQuality; quality <= highestQuality; quality += 1) {
    if (curve(quality) > value) break;
    highest = quality;
  }
  return highest;
}
