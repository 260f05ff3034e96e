import * as v from 'valibot';

/** Levels of sameness in words, as scores of SSIMULACRA2 (100 is identical). */
export const qualityLevels = {
  identical: { score: 90, label: 'Identical to the eye' },
  'very-good': { score: 85, label: 'Very good' },
  good: { score: 75, label: 'Good' },
  small: { score: 65, label: 'Small' },
} as const;

export type QualityLevel = keyof typeof qualityLevels;

/** What `auto` asks for. */
export const defaultLevel: QualityLevel = 'very-good';

/** The lowest score worth asking for: below it a picture is visibly broken. */
const lowestScore = 30;

const expected = `expected an integer from 1 to 100, "auto", or "auto:" with a level (${Object.keys(qualityLevels).join(', ')}) or a score from ${String(lowestScore)} to 100`;

/** `80` is the encoder's own setting; `auto`, `auto:good` and `auto:82.5` ask for a score and find the setting. */
export const qualitySchema = v.union(
  [
    v.pipe(v.number(expected), v.integer(expected), v.minValue(1, expected), v.maxValue(100, expected)),
    v.custom<AutoQuality>((value) => typeof value === 'string' && readScore(value) !== undefined, expected),
  ],
  expected,
);

export type AutoQuality = 'auto' | `auto:${string}`;
export type Quality = number | AutoQuality;

/** The score a recipe asks for; undefined where it names the encoder's setting. */
export function targetScore(quality: Quality): number | undefined {
  return typeof quality === 'number' ? undefined : readScore(quality);
}

/** Whether a recipe asks for a score or a size that has to be searched for. */
export function asksForSearch(recipe: {
  readonly quality: Quality;
  readonly maxBytes?: number | undefined;
}): boolean {
  return targetScore(recipe.quality) !== undefined || recipe.maxBytes !== undefined;
}

function readScore(text: string): number | undefined {
  if (text === 'auto') return qualityLevels[defaultLevel].score;
  const wanted = /^auto:(.+)$/.exec(text)?.[1];
  if (wanted === undefined) return undefined;
  if (isLevel(wanted)) return qualityLevels[wanted].score;
  const score = /^\d+(\.\d+)?$/.test(wanted) ? Number(wanted) : NaN;
  return score >= lowestScore && score <= 100 ? score : undefined;
}

function isLevel(text: string): text is QualityLevel {
  return Object.hasOwn(qualityLevels, text);
}

/** The best level that a score reaches, in words; undefined below all of them. */
export function levelReached(score: number): QualityLevel | undefined {
  const names = Object.keys(qualityLevels).filter(isLevel);
  return names.find((name) => score >= qualityLevels[name].score);
}
