import type { OutputFormat } from '../../../contract/formats.ts';
import type { Curve } from './trial.ts';

/** The qualities at which a format has different files to offer, from low to high. */
export type Scale = readonly number[];

/** The encoder's own scale. */
export const lowestQuality = 1;
export const highestQuality = 100;

const wholeNumbers: Scale = Array.from(
  { length: highestQuality - lowestQuality + 1 },
  (_, at) => lowestQuality + at,
);

/**
 * AV1 has 64 levels behind the hundred qualities: at these the file is, to the byte, that of the quality below. Found by
 * trying, and tried again by scale.test.ts.
 */
const likeTheOneBelow: ReadonlySet<number> = new Set([
  ...[2, 4, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23, 25, 27, 29, 31, 33],
  ...[36, 38, 41, 43, 46, 48, 51, 53, 57, 61, 65, 69, 73, 77, 81, 85, 89, 93, 97],
]);

/** Parts of a step that libjxl is asked for: one step is worth up to 1.5 points, a quarter less than half a point. */
const partsOfStep = 4;

const ofAvif = wholeNumbers.filter((quality) => !likeTheOneBelow.has(quality));
const ofJxl: Scale = Array.from(
  { length: (highestQuality - lowestQuality) * partsOfStep + 1 },
  (_, at) => lowestQuality + at / partsOfStep,
);

/** What a search may choose from. */
export function scaleOf(to: OutputFormat): Scale {
  switch (to) {
    case 'avif':
      return ofAvif;
    case 'jxl':
      return ofJxl;
    default:
      return wholeNumbers;
  }
}

/** @throws RangeError where there is nothing to choose from */
export function highestOf(scale: Scale): number {
  const highest = scale.at(-1);
  if (highest === undefined) throw new RangeError('a scale needs at least one quality');
  return highest;
}

/** The lowest quality from which on a curve stays at or above a value; undefined when not even the highest does. */
export function lowestReaching(curve: Curve, value: number, scale: Scale): number | undefined {
  const last = scale.findLastIndex((quality) => curve(quality) < value);
  return scale[last + 1];
}

/** The highest quality up to which a curve stays at or below a value; undefined when not even the lowest does. */
export function highestWithin(curve: Curve, value: number, scale: Scale): number | undefined {
  const first = scale.findIndex((quality) => curve(quality) > value);
  return first === -1 ? scale.at(-1) : scale[first - 1];
}
