import { formatTraits, type OutputFormat } from '../../../contract/formats.ts';
import { targetScore } from '../../../contract/quality.ts';
import type { Report } from '../../../contract/report.ts';
import type { Codecs } from '../../codecs.ts';
import type { Setting } from '../encode-settings.ts';
import { searchBytes } from './byte-search.ts';
import { encodeOnce, hasBetween, hasFineColour, type EncodedFile, type EncodeJob } from './encode-job.ts';
import { believeBetween, believeBytes, believeScores } from './learnt.ts';
import { scaleOf } from './scale.ts';
import { searchScore, type ScoreSearchEnd } from './score-search.ts';
import { createScoredEncoder, type ScoredFile } from './scored-encoder.ts';
import type { Survey } from './survey.ts';
import type { Belief } from './trial.ts';

export interface FoundFile extends EncodedFile {
  readonly score: NonNullable<Report['score']>;
}

interface WayToEncode extends Omit<Setting, 'quality'> {
  readonly believe: Belief;
}

/** How far above the target a score may be and be good enough. */
const tolerance = { below: 0, above: 1 };

const maxScoreAttempts = 5;
/** Where the other way to code colour may do as well. */
const maxSecondThoughts = 3;
/** What full colour is worth in steps of quality, at high ones. */
const finer = 1;
/** Where whole steps of quality are too coarse. */
const maxBetweenAttempts = 2;
const maxByteAttempts = 6;

/**
 * The fewest bytes that reach the recipe's score and stay below its `maxBytes`; where both cannot be, the bytes count.
 *
 * @param survey what a part of the picture told
 * @throws MillraceError `encode-failed`
 */
export async function encodeToScore(job: EncodeJob, survey: Survey, codecs: Codecs): Promise<FoundFile> {
  const { pixels, to, recipe } = job;
  const area = pixels.width * pixels.height;
  using encoder = await createScoredEncoder(
    pixels,
    to,
    (setting) => encodeOnce(job, setting, codecs),
    codecs,
  );
  const tried: ScoredFile[] = [];

  async function attempt(setting: Setting): Promise<ScoredFile> {
    const trial = await encoder.attempt(setting);
    tried.push(trial);
    return trial;
  }

  async function reachScore(target: number): Promise<ScoredFile> {
    const reached = await reachInSteps(target);
    if (!hasBetween(to) || reached.score <= target + tolerance.above) return reached;
    const { fineColour } = reached;
    const steps = believeScores(to, fineColour)(tried.filter((trial) => trial.fineColour === fineColour));
    // Of two steps the upper one is too good and the lower one was not good enough.
    const way = { fineColour, between: true, believe: believeBetween(to, steps, target) };
    const lower = scaleOf(to).filter((quality) => quality <= reached.quality);
    const { chosen } = await searchWay(way, target, maxBetweenAttempts, lower);
    return chosen.score >= target && chosen.bytes < reached.bytes ? chosen : reached;
  }

  async function reachInSteps(target: number): Promise<ScoredFile> {
    const { chosen: first, outcome } = await searchWay(survey.way, target, maxScoreAttempts);
    if (!hasFineColour(to)) return first;
    const fineColour = !first.fineColour;
    const learnt = believeScores(to, fineColour);
    if (outcome !== 'reached') {
      if (!fineColour) return first;
      const { chosen } = await searchWay({ fineColour, believe: learnt }, target, maxScoreAttempts);
      return chosen.score > first.score ? chosen : first;
    }
    if (!isDoubtful(first, to)) return first;
    const alike = { ...first, quality: first.quality + (fineColour ? -1 : 1) * finer };
    const believe: Belief = (trials) => learnt(trials.length > 0 ? trials : [alike]);
    const { chosen } = await searchWay({ fineColour, believe }, target, maxSecondThoughts);
    return chosen.score >= target && chosen.bytes < first.bytes ? chosen : first;
  }

  function searchWay(
    { fineColour, between = false, believe }: WayToEncode,
    target: number,
    maxAttempts: number,
    scale = scaleOf(to),
  ): Promise<ScoreSearchEnd<ScoredFile>> {
    return searchScore({
      target,
      scale,
      believe,
      attempt: (quality) => attempt({ quality, fineColour, forScore: target, between }),
      tolerance,
      maxAttempts,
      mayMiss: between,
    });
  }

  async function fitBytes(limit: number, first: ScoredFile): Promise<ScoredFile> {
    const coarse = tried.filter((trial) => !trial.fineColour && trial.between !== true);
    const end = await searchBytes({
      limit,
      scale: scaleOf(to),
      believe: (trials) => believeBytes(to, false)(trials.length > 0 ? trials : [first]),
      attempt: (quality) => attempt({ quality, fineColour: false, forScore: target }),
      trials: coarse,
      maxAttempts: maxByteAttempts,
    });
    return end.chosen;
  }

  const target = targetScore(recipe.quality);
  const wanted =
    typeof recipe.quality === 'number'
      ? await attempt({ quality: recipe.quality, fineColour: false })
      : await reachScore(target ?? 100);
  const { maxBytes = Infinity } = recipe;
  const chosen = wanted.bytes > maxBytes ? await fitBytes(maxBytes, wanted) : wanted;
  const note = shortfall(chosen, target, maxBytes, to);
  return {
    ...chosen.file,
    score: {
      value: chosen.score,
      ...(target === undefined ? {} : { target }),
      tried: [...tried.filter((trial) => trial !== chosen), chosen].map(({ quality, bytes, score }) => ({
        quality,
        bytes,
        score,
      })),
      encodes: (survey.pixelsEncoded + encoder.pixelsEncoded) / area,
      ...(note === undefined ? {} : { note }),
    },
  };
}

/**
 * Whether the other way to code colour may take fewer bytes all the same: a montage can have more sharp edges of colour
 * than its picture, or fewer. Full colour costs a JPEG up to a half more; libwebp's sharp YUV costs next to nothing.
 */
function isDoubtful({ fineColour, quality }: ScoredFile, to: OutputFormat): boolean {
  if (fineColour) return to === 'jpeg';
  return quality >= (to === 'jpeg' ? steepJpeg : steepWebp);
}

/** From here on one step takes up to a third more bytes. */
const steepJpeg = 98;
const steepWebp = 99;

function shortfall(
  { bytes, score }: ScoredFile,
  target: number | undefined,
  maxBytes: number,
  to: OutputFormat,
): string | undefined {
  if (bytes > maxBytes) return `not even the lowest quality fits into ${String(maxBytes)} bytes`;
  if (target === undefined || score >= target) return undefined;
  if (maxBytes < Infinity) return `${String(maxBytes)} bytes allow no more`;
  return `${formatTraits[to].label} can reach no more with this picture`;
}
