import { targetScore } from '../../../contract/quality.ts';
import type { Codecs } from '../../codecs.ts';
import { settingsFor, type Setting } from '../encode-settings.ts';
import { encode } from '../encode.ts';
import { hasFineColour, type EncodeJob } from './encode-job.ts';
import { believeBytes, believeScores } from './learnt.ts';
import { makeMontage } from './montage.ts';
import { highestQuality, lowestReaching, scaleOf } from './scale.ts';
import { searchScore } from './score-search.ts';
import { createScoredEncoder } from './scored-encoder.ts';
import { through, type Belief, type Curve, type Trial } from './trial.ts';

/** One way to encode, as the survey saw it. */
export interface Way {
  readonly fineColour: boolean;
  readonly believe: Belief;
  /** Bytes of the whole picture at the target; undefined where nothing has been tried. */
  readonly estimate?: number;
  readonly reaches: boolean;
}

/** What is known before the whole picture is encoded. */
export interface Survey {
  /** The way with the fewest bytes. */
  readonly way: Way;
  readonly pixelsEncoded: number;
}

const maxAttempts = 3;

/** The learnt slope goes on from here without another look. */
const nearEnough = 1.5;

/** Tries a montage of the picture: which way to encode it, and how its scores depend on the quality. */
export async function surveyPicture(job: EncodeJob, codecs: Codecs): Promise<Survey> {
  const { to, recipe, pixels } = job;
  const target = targetScore(recipe.quality);
  const montage = target === undefined ? undefined : makeMontage(pixels);
  if (montage === undefined || target === undefined) {
    return { way: { fineColour: false, believe: believeScores(to, false), reaches: true }, pixelsEncoded: 0 };
  }
  const draft = async (setting: Setting) => {
    // The settings are those of the whole picture, or the montage would tell of another encoder.
    const task = { ...setting, pixels: pixels.width * pixels.height, draft: true };
    return encode(montage, to, settingsFor(to, recipe, task), {}, job.name, codecs);
  };
  using encoder = await createScoredEncoder(montage, to, draft, codecs);
  const share = (montage.width * montage.height) / (pixels.width * pixels.height);

  async function explore(fineColour: boolean, wanted: number): Promise<Way> {
    const { trials, outcome } = await searchScore({
      target: wanted,
      scale: scaleOf(to),
      // Both sides of the target are as good: this is about the curve, not about a file.
      tolerance: { below: nearEnough, above: nearEnough },
      believe: believeScores(to, fineColour),
      attempt: (quality) => encoder.attempt({ quality, fineColour, forScore: target }),
      maxAttempts,
    });
    return wayOf(job, fineColour, trials, wanted, share, outcome !== 'ceiling');
  }

  const coarse = await explore(false, target);
  const ways = worthFine(to, coarse, target) ? [coarse, await explore(true, target)] : [coarse];
  const [way = coarse] = ways.sort(
    (a, b) => Number(b.reaches) - Number(a.reaches) || (a.estimate ?? 0) - (b.estimate ?? 0),
  );
  return { way, pixelsEncoded: encoder.pixelsEncoded };
}

function wayOf(
  { to }: EncodeJob,
  fineColour: boolean,
  trials: readonly Trial[],
  target: number,
  share: number,
  reaches: boolean,
): Way {
  const montage = believeScores(to, fineColour)(trials);
  const shape: Curve = (quality) => montage(quality) - flattery(montage(quality));
  const quality = lowestReaching(shape, target, scaleOf(to)) ?? highestQuality;
  return {
    fineColour,
    believe: (whole) =>
      through(
        shape,
        whole.map((trial) => ({ quality: trial.quality, value: trial.score })),
      ),
    estimate: Math.exp(believeBytes(to, fineColour)(trials)(quality)) / share,
    reaches,
  };
}

/**
 * How much better a montage looks than its picture: the few worst places, which weigh more than their share in the
 * measure, are seldom in it, and its short rows lose less to rounding. On the corpus 1.4 at 70 and 0.7 from 80 on; half a
 * point there makes most first attempts good enough.
 */
function flattery(score: number): number {
  return Math.max(0.5, 0.07 * (90 - score));
}

/** The quality from which on halved colour costs more than it saves with some pictures. */
const fineFrom = { jpeg: 95, webp: 94 } as const;

function worthFine(to: EncodeJob['to'], coarse: Way, target: number): boolean {
  if (!hasFineColour(to) || (to !== 'jpeg' && to !== 'webp')) return false;
  if (!coarse.reaches) return true;
  const quality = lowestReaching(coarse.believe([]), target, scaleOf(to)) ?? highestQuality;
  return quality >= fineFrom[to];
}
