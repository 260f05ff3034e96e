import type { OutputFormat } from '../../../contract/formats.ts';
import { tablesMeet } from '../encode-settings.ts';
import type { BetweenFormat } from './encode-job.ts';
import { ladders, type Ladder } from './ladders.ts';
import { highestQuality, lowestReaching, scaleOf } from './scale.ts';
import { through, type Belief, type Curve, type Trial } from './trial.ts';

/** How scores of a format depend on its quality: what the corpus taught, then what this picture shows. */
export function believeScores(to: OutputFormat, fineColour: boolean): Belief {
  const ladder = ladderOf(to, fineColour);
  return (trials) =>
    through(
      memberNear(ladder, trials),
      trials.map(({ quality, score }) => ({ quality, value: score })),
    );
}

/** The same for the natural logarithm of the bytes. */
export function believeBytes(to: OutputFormat, fineColour: boolean): Belief {
  const { qualities, logBits } = ladderOf(to, fineColour);
  return (trials) =>
    through(
      (quality) => interpolate(qualities, logBits, quality),
      trials.map(({ quality, bytes }) => ({ quality, value: Math.log(bytes) })),
    );
}

/**
 * How many steps of the usual settings those between them are ahead on the corpus: at the highest quality, and more or
 * less for each step below it. JPEG's tables change their places where the score asks for others.
 */
function ahead(to: BetweenFormat, target: number): { readonly least: number; readonly each: number } {
  switch (to) {
    case 'jpeg':
      return target < tablesMeet ? { least: 1.4, each: -0.085 } : { least: -0.6, each: 0 };
    case 'webp':
      return { least: 0, each: 0.03 };
    case 'avif':
      return { least: -0.5, each: 0 };
  }
}

/**
 * Scores of the settings between the usual steps.
 *
 * @param steps scores of the usual ones
 */
export function believeBetween(to: BetweenFormat, steps: Curve, target: number): Belief {
  const { least, each } = ahead(to, target);
  const shape: Curve = (quality) => steps(quality + least + each * (highestQuality - quality));
  return (trials) =>
    through(
      shape,
      trials.map(({ quality, score }) => ({ quality, value: score })),
    );
}

/** The quality that reaches a score with half of all pictures: for what cannot be searched. */
export function typicalQuality(to: OutputFormat, target: number): number {
  return lowestReaching(believeScores(to, false)([]), target, scaleOf(to)) ?? highestQuality;
}

function ladderOf(to: OutputFormat, fineColour: boolean): Ladder {
  const ladder =
    ladders.find((each) => each.to === to && each.fineColour === fineColour) ??
    ladders.find((each) => each.to === to);
  if (ladder === undefined) throw new RangeError(`${to} has no qualities to choose from`);
  return ladder;
}

/** How far beyond the hardest and the easiest twentieth a curve is believed to lie, in steps between the curves. */
const beyond = 3;

/** The curve of pictures as hard as this one seems to be; of the middling ones before anything is seen. */
function memberNear({ qualities, scores }: Ladder, trials: readonly Trial[]): Curve {
  const last = scores.length - 1;
  const member =
    trials.length === 0
      ? last / 2
      : trials.reduce((sum, trial) => sum + memberThrough(qualities, scores, trial), 0) / trials.length;
  const low = Math.min(Math.max(0, Math.floor(member)), last - 1);
  const share = member - low;
  const [hard = [], easy = []] = scores.slice(low, low + 2);
  return (quality) =>
    (1 - share) * interpolate(qualities, hard, quality) + share * interpolate(qualities, easy, quality);
}

/** Which of the curves, from hard (0) to easy, passes through a trial; between two and beyond, their share. */
function memberThrough(
  qualities: readonly number[],
  scores: Ladder['scores'],
  { quality, score }: Trial,
): number {
  const values = scores.map((row) => interpolate(qualities, row, quality));
  const last = values.length - 1;
  const next = values.findIndex((value) => value >= score);
  const right = next === -1 ? last : Math.max(1, next);
  const [low = 0, high = 1] = values.slice(right - 1, right + 1);
  const member = right - 1 + (score - low) / Math.max(high - low, 1e-6);
  return Math.min(last + beyond, Math.max(-beyond, member));
}

/** Straight lines between the knots, and on beyond the first and the last. */
function interpolate(knots: readonly number[], values: readonly number[], at: number): number {
  const next = knots.findIndex((knot) => knot >= at);
  const right = next === -1 ? knots.length - 1 : Math.max(1, next);
  const [x0 = 0, x1 = 1] = [knots[right - 1], knots[right]];
  const [y0 = 0, y1 = 0] = [values[right - 1], values[right]];
  return y0 + ((y1 - y0) * (at - x0)) / (x1 - x0);
}
