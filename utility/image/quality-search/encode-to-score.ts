import { formatTraits, type OutputFormat } from '../../../contract/formats.ts';
import { targetScore } from '../../../contract/quality.ts';
import type { Report } from '../../../contract/report.ts';
import type { Codecs } from '../../codecs.ts';
import type { Setting } from '../encode-settings.ts';
import { searchBytes } from './byte-search.ts';
import { encodeOnce, hasFineColour, type EncodedFile, type EncodeJob } from './encode-job.ts';
import { believeBytes, believeScores } from './learnt.ts';
import { searchScore } from './score-search.ts';
import { createScoredEncoder, type ScoredFile } from './scored-encoder.ts';
import type { Survey } from './survey.ts';

export interface FoundFile extends EncodedFile {
  readonly score: NonNullable<Report['score']>;
}

/** How far above the target a score may be and be good enough. */
const tolerance = { below: 0, above: 1 };

const maxScoreAttempts = 5;
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
    const { fineColour, believe } = survey.way;
    const end = await searchScore({
      target,
      believe,
      attempt: (quality) => attempt({ quality, fineColour }),
      tolerance,
      maxAttempts: maxScoreAttempts,
    });
    if (end.outcome !== 'ceiling' || fineColour || !hasFineColour(to)) return end.chosen;
    const finer = await searchScore({
      target,
      believe: believeScores(to, true),
      attempt: (quality) => attempt({ quality, fineColour: true }),
      tolerance,
      maxAttempts: maxScoreAttempts,
    });
    return finer.chosen.score > end.chosen.score ? finer.chosen : end.chosen;
  }

  async function fitBytes(limit: number, first: ScoredFile): Promise<ScoredFile> {
    const coarse = tried.filter((trial) => !trial.fineColour);
    const end = await searchBytes({
      limit,
      believe: (trials) => believeBytes(to, false)(trials.length > 0 ? trials : [first]),
      attempt: (quality) => attempt({ quality, fineColour: false }),
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
