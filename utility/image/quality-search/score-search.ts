import { highestOf, lowestReaching, type Scale } from './scale.ts';
import type { Belief, Curve, Trial } from './trial.ts';

export interface ScoreSearch<T extends Trial> {
  readonly target: number;
  readonly scale: Scale;
  /** Score by quality, as far as it is known. */
  readonly believe: Belief;
  /** Encodes and scores. */
  attempt(quality: number): Promise<T>;
  /** How far from the target a score may lie for the search to be over. */
  readonly tolerance: { readonly below: number; readonly above: number };
  readonly maxAttempts: number;
  /** Another way reaches the target already: the last attempt may miss it. */
  readonly mayMiss?: boolean;
}

/** `reached`: the chosen trial is at or above the target. `ceiling`: not even the highest quality was. */
export interface ScoreSearchEnd<T extends Trial> {
  readonly outcome: 'reached' | 'ceiling' | 'gave-up';
  /** The fewest bytes at or above the target, or the best score there was. */
  readonly chosen: T;
  readonly trials: readonly T[];
}

/**
 * How far above the target the next attempt aims: first at the middle of what is good enough, then just at it, in the
 * end to be sure. Where something reached it and was too good, just at it, too; where there is nothing between, lower than
 * believed, or nothing would be tried.
 */
const margins = { first: [0.4], raising: [0.1], last: [0.8], lowering: [0.1, -0.3] };

/**
 * Looks for the lowest quality whose score is at or above the target. Believes a curve, corrects it by what it sees,
 * and never leaves the bounds it has seen: a curve that is not monotone costs attempts and not correctness.
 */
export async function searchScore<T extends Trial>(search: ScoreSearch<T>): Promise<ScoreSearchEnd<T>> {
  const { target, tolerance, believe, maxAttempts } = search;
  const trials: T[] = [];
  while (trials.length < maxAttempts) {
    const next = nextQuality(search, trials, believe(trials));
    if (next === undefined) break;
    const trial = await search.attempt(next);
    trials.push(trial);
    if (trial.score >= target - tolerance.below && trial.score <= target + tolerance.above) break;
  }
  return judge(search, trials);
}

/** Undefined when there is nothing left to try between the bounds, or nothing to be won there. */
function nextQuality(
  { target, scale, maxAttempts, mayMiss = false }: ScoreSearch<Trial>,
  trials: readonly Trial[],
  curve: Curve,
): number | undefined {
  const reached = trials.filter(({ score }) => score >= target).map(({ quality }) => quality);
  const above = Math.min(...reached);
  // Where the curve is not monotone, what failed may lie above what passed; what passed counts.
  const failed = trials.map(({ quality }) => quality).filter((quality) => quality < above);
  const below = Math.max(...failed);
  const untried = scale.filter((quality) => quality > below && quality < above);
  const [lowest] = untried;
  if (lowest === undefined) return undefined;
  const isLast = trials.length === maxAttempts - 1 && !mayMiss;
  return marginsAfter(trials, reached.length > 0, isLast)
    .map((margin) => lowestReaching(curve, target + margin, scale) ?? highestOf(scale))
    .map((quality) => Math.max(quality, lowest))
    .find((quality) => quality < above);
}

function marginsAfter(trials: readonly Trial[], isReached: boolean, isLast: boolean): readonly number[] {
  if (trials.length === 0) return margins.first;
  if (isReached) return margins.lowering;
  return isLast ? margins.last : margins.raising;
}

function judge<T extends Trial>({ target, scale }: ScoreSearch<T>, trials: readonly T[]): ScoreSearchEnd<T> {
  const [passed] = trials.filter(({ score }) => score >= target).sort((a, b) => a.bytes - b.bytes);
  if (passed !== undefined) return { outcome: 'reached', chosen: passed, trials };
  const [best] = [...trials].sort((a, b) => b.score - a.score || a.bytes - b.bytes);
  if (best === undefined) throw new RangeError('a search needs at least one attempt');
  const outcome = trials.some(({ quality }) => quality === highestOf(scale)) ? 'ceiling' : 'gave-up';
  return { outcome, chosen: best, trials };
}
