import { highestWithin, lowestQuality, type Scale } from './scale.ts';
import type { Belief, Curve, Trial } from './trial.ts';

export interface ByteSearch<T extends Trial> {
  /** Bytes that the file may have. */
  readonly limit: number;
  readonly scale: Scale;
  /** Natural logarithm of the bytes by quality, as far as it is known. */
  readonly believe: Belief;
  attempt(quality: number): Promise<T>;
  /** What has been tried already. */
  readonly trials: readonly T[];
  readonly maxAttempts: number;
}

export interface ByteSearchEnd<T extends Trial> {
  readonly outcome: 'fits' | 'does-not-fit';
  /** The highest quality that fits, or the fewest bytes there were. */
  readonly chosen: T;
  readonly trials: readonly T[];
}

/** A file this near below the limit leaves nothing worth another encode. */
const nearEnough = 0.96;

/** The next guess aims a little below the limit: being above costs another encode. */
const margin = 0.01;

/** Looks for the highest quality whose file has no more bytes than are allowed. */
export async function searchBytes<T extends Trial>(search: ByteSearch<T>): Promise<ByteSearchEnd<T>> {
  const { limit, believe, maxAttempts } = search;
  const trials = [...search.trials];
  for (let attempts = 0; attempts < maxAttempts; attempts += 1) {
    const next = nextQuality(search, trials, believe(trials));
    if (next === undefined) break;
    const trial = await search.attempt(next);
    trials.push(trial);
    if (trial.bytes <= limit && trial.bytes >= limit * nearEnough) break;
  }
  if (
    !trials.some(({ bytes }) => bytes <= limit) &&
    !trials.some(({ quality }) => quality === lowestQuality)
  ) {
    trials.push(await search.attempt(lowestQuality));
  }
  return judge(trials, limit);
}

function nextQuality(
  { limit, scale }: ByteSearch<Trial>,
  trials: readonly Trial[],
  curve: Curve,
): number | undefined {
  const above = Math.min(
    Infinity,
    ...trials.filter(({ bytes }) => bytes > limit).map(({ quality }) => quality),
  );
  const below = Math.max(
    lowestQuality - 1,
    ...trials.filter(({ bytes, quality }) => bytes <= limit && quality < above).map(({ quality }) => quality),
  );
  const highest = scale.findLast((quality) => quality < above);
  if (highest === undefined) return undefined;
  const next = Math.min(highestWithin(curve, Math.log(limit) - margin, scale) ?? lowestQuality, highest);
  return next <= below ? undefined : next;
}

function judge<T extends Trial>(trials: readonly T[], limit: number): ByteSearchEnd<T> {
  const [best] = trials
    .filter(({ bytes }) => bytes <= limit)
    .sort((a, b) => b.score - a.score || a.bytes - b.bytes);
  if (best !== undefined) return { outcome: 'fits', chosen: best, trials };
  const [smallest] = [...trials].sort((a, b) => a.bytes - b.bytes);
  if (smallest === undefined) throw new RangeError('a search needs at least one attempt');
  return { outcome: 'does-not-fit', chosen: smallest, trials };
}
