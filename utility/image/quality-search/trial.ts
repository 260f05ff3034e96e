import type { Setting } from '../encode-settings.ts';

/** What came of one setting. */
export interface Trial extends Setting {
  readonly bytes: number;
  /** SSIMULACRA2 of the result beside what was encoded. */
  readonly score: number;
}

/** Score or bytes by quality. */
export type Curve = (quality: number) => number;

/** What is thought of a curve once some of it has been seen. */
export type Belief = (trials: readonly Trial[]) => Curve;

interface Point {
  readonly quality: number;
  readonly value: number;
}

/** How much steeper or flatter than another curve one may seem to be beyond what was tried. */
const steepness = { least: 0.5, most: 2 };

/**
 * A curve that goes through what was tried and takes its shape from another: between two points it is bent to meet
 * both, beyond them it goes on as much steeper or flatter as it was between the last two.
 */
export function through(shape: Curve, points: readonly Point[]): Curve {
  const sorted = [...points].sort((a, b) => a.quality - b.quality);
  return (quality) => {
    const right = sorted.findIndex((point) => point.quality >= quality);
    const [low, high] = neighbours(sorted, right === -1 ? sorted.length : right);
    if (low === undefined) return shape(quality);
    if (high === undefined) return low.value + shape(quality) - shape(low.quality);
    const nearest = quality > high.quality ? high : low;
    const ratio = (high.value - low.value) / (shape(high.quality) - shape(low.quality));
    const between = quality >= low.quality && quality <= high.quality;
    const bent = between ? ratio : Math.min(steepness.most, Math.max(steepness.least, ratio));
    if (Number.isFinite(bent)) return nearest.value + bent * (shape(quality) - shape(nearest.quality));
    return nearest.value;
  };
}

/** The two points around a place in the order, or the two at the end that is nearer. */
function neighbours(sorted: readonly Point[], right: number): readonly (Point | undefined)[] {
  const from = Math.max(0, Math.min(right - 1, sorted.length - 2));
  return sorted.slice(from, from + 2);
}
