import { formatTraits } from '../../../contract/formats.ts';
import { asksForSearch, targetScore } from '../../../contract/quality.ts';
import type { Report } from '../../../contract/report.ts';
import type { Codecs } from '../../codecs.ts';
import { encodeOnce, isSearchable, type EncodedFile, type EncodeJob } from './encode-job.ts';
import { encodeToScore } from './encode-to-score.ts';
import { typicalQuality } from './learnt.ts';
import { surveyPicture, type Survey } from './survey.ts';

/** A file, and either its score or why there is none. */
export interface AskedFile extends EncodedFile {
  readonly score?: Report['score'];
  readonly unscored?: string;
}

/**
 * Encodes with the quality that the recipe names, or searches for the one that it describes.
 *
 * @param survey where it has been made already
 * @throws MillraceError `encode-failed`
 */
export async function encodeAsAsked(job: EncodeJob, codecs: Codecs, survey?: Survey): Promise<AskedFile> {
  if (asksForSearch(job.recipe) && isSearchable(job)) {
    return encodeToScore(job, survey ?? (await surveyPicture(job, codecs)), codecs);
  }
  const file = await encodeOnce(job, { quality: fixedQuality(job), fineColour: false }, codecs);
  if (!asksForSearch(job.recipe)) return file;
  return { ...file, unscored: whyUnscored(job) + overLimit(file, job) };
}

/** What is said besides where nothing could give way for fewer bytes. */
function overLimit({ bytes }: EncodedFile, { recipe: { maxBytes = Infinity } }: EncodeJob): string {
  return bytes.byteLength > maxBytes ? `; nothing could give way for ${String(maxBytes)} bytes` : '';
}

/** Palettes are made with as many colours as there may be. */
const paletteQuality = 100;

function fixedQuality({ to, recipe, pixels }: EncodeJob): number {
  if (typeof recipe.quality === 'number') return recipe.quality;
  if (!formatTraits[to].lossy) return paletteQuality;
  return pixels.frames > 1 ? typicalQuality(to, targetScore(recipe.quality) ?? 0) : paletteQuality;
}

function whyUnscored({ to, recipe, pixels }: EncodeJob): string {
  const { label, lossy } = formatTraits[to];
  if (recipe.lossless) return 'every pixel stays equal';
  if (to === 'png' && recipe.palette) return 'a palette has as many colours as it may have';
  if (!lossy) return `${label} has no quality to choose`;
  const frames = String(pixels.frames);
  return `moving pictures are not searched: all ${frames} frames have the quality that most pictures need`;
}
