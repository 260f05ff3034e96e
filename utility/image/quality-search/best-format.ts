import { formatTraits, type OutputFormat } from '../../../contract/formats.ts';
import { targetScore } from '../../../contract/quality.ts';
import type { Recipe } from '../../../contract/recipe.ts';
import type { Codecs } from '../../codecs.ts';
import { targetSize } from '../geometry.ts';
import { moves, type Header } from '../header.ts';
import { keepsCoefficients } from '../prepare.ts';
import { rawOptions } from '../pixels.ts';
import { encodeAsAsked, type AskedFile } from './encode-as-asked.ts';
import { isSearchable, type EncodeJob } from './encode-job.ts';
import { hasFewColours } from './few-colours.ts';
import { makeMontage } from './montage.ts';
import { scoreFile } from './scored-encoder.ts';
import { surveyPicture, type Survey } from './survey.ts';

/**
 * The formats of `bestOf` that can hold a picture; all of them where none can, so that the refusal names one.
 */
export function formatsThatHold(header: Header, recipe: Recipe): readonly OutputFormat[] {
  const { scaled, size } = targetSize(header, recipe.resize);
  const edge = Math.max(scaled.width, scaled.height, size.width, size.height);
  const narrowed = [
    (to: OutputFormat) => edge <= formatTraits[to].maxEdge,
    (to: OutputFormat) => !moves(header) || formatTraits[to].animation,
    (to: OutputFormat) =>
      !recipe.lossless || formatTraits[to].lossless || keepsCoefficients(header, to, recipe),
  ];
  return narrowed.reduce<readonly OutputFormat[]>(preferring, [...new Set(recipe.bestOf)]);
}

/** Those for which something is true, or all where it is true for none. */
export function preferring(
  formats: readonly OutputFormat[],
  isTrue: (to: OutputFormat) => boolean,
): readonly OutputFormat[] {
  const those = formats.filter(isTrue);
  return those.length > 0 ? those : formats;
}

/** The smallest of several files that are as good as was asked. */
export interface Winner<Job extends EncodeJob> {
  readonly job: Job;
  /** Has no score where it is lossless: it is decoded and compared before it gets one. */
  readonly file: AskedFile;
  /** Whole-picture encodes' worth of work for all of them. */
  readonly encodes: number;
}

/**
 * Whether a picture that is to look the same may be smaller without a loss in its one format: if it turns out to have few
 * colours, both are tried.
 */
export function mayLoseNothing(job: EncodeJob): boolean {
  const { to, recipe } = job;
  return targetScore(recipe.quality) !== undefined && isSearchable(job) && formatTraits[to].lossless;
}

/** One format, lossy or not, that may win. */
interface Contender<Job extends EncodeJob> {
  readonly job: Job;
  readonly survey?: Survey;
  /** Bytes it will have; undefined where only trying tells. */
  readonly estimate: number | undefined;
  readonly reaches: boolean;
  /** How much larger than the best so far its estimate may be and be tried all the same. */
  readonly slack: number;
}

/** Estimates from a montage, as far as they were off on the corpus. */
const slackOfSearch = 1.12;
/** What repeats all over a drawing is not in a montage. */
const slackOfLossless = 2;

/**
 * Encodes the same picture in several formats and gives the smallest that is as good as was asked. The likeliest goes
 * first; those that cannot win any more are left out.
 *
 * @param jobs one a format
 */
export async function raceFormats<Job extends EncodeJob>(
  jobs: readonly Job[],
  codecs: Codecs,
): Promise<Winner<Job>> {
  const contenders: Contender<Job>[] = [];
  for (const job of jobs) contenders.push(...(await enter(job, codecs)));
  contenders.sort((a, b) => Number(b.reaches) - Number(a.reaches) || (a.estimate ?? 0) - (b.estimate ?? 0));
  let best: Omit<Winner<Job>, 'encodes'> | undefined;
  let encodes = 0;
  for (const contender of contenders) {
    if (best !== undefined && isHopeless(contender, best.file)) {
      encodes += surveyed(contender);
      continue;
    }
    const { job, survey } = contender;
    const file = await encodeScored(job, codecs, survey);
    encodes += file.score?.encodes ?? 1;
    if (best === undefined || isBetter(file, best.file, job.recipe)) best = { job, file };
  }
  if (best === undefined) throw new RangeError('a race needs at least one format');
  const { job, file } = best;
  return {
    job,
    encodes,
    file: file.score === undefined ? file : { ...file, score: { ...file.score, encodes } },
  };
}

async function enter<Job extends EncodeJob>(job: Job, codecs: Codecs): Promise<Contender<Job>[]> {
  const { to, recipe, pixels } = job;
  const alone = { job, estimate: undefined, reaches: true, slack: 1 };
  if (recipe.lossless || pixels.frames > 1) return [alone];
  const contenders: Contender<Job>[] = [];
  if (isSearchable(job)) {
    const survey = await surveyPicture(job, codecs);
    const { estimate, reaches } = survey.way;
    contenders.push({ job, survey, estimate, reaches, slack: slackOfSearch });
  }
  if (formatTraits[to].lossless && !(to === 'png' && recipe.palette)) {
    const drawn = hasFewColours(pixels);
    // In the one format that was named photographs lose something: trying more would only tell so.
    if (drawn || recipe.to === 'best') {
      // What repeats all over a drawing takes next to nothing, and no part of it tells.
      const estimate = drawn ? undefined : await losslessEstimate(job, codecs);
      const lossless = { ...job, recipe: { ...recipe, lossless: true } };
      contenders.push({ job: lossless, estimate, reaches: true, slack: slackOfLossless });
    }
  }
  return contenders.length > 0 ? contenders : [alone];
}

/** What each lossless format makes of a picture, over a quickly written PNG; the least that was seen on the corpus. */
const overQuickPng: Partial<Record<OutputFormat, number>> = { png: 0.6, webp: 0.4, jxl: 0.4 };

async function losslessEstimate({ pixels, to }: EncodeJob, codecs: Codecs): Promise<number | undefined> {
  const montage = makeMontage(pixels);
  if (montage === undefined) return undefined;
  const quick = await codecs.sharp(montage.data, rawOptions(montage)).png({ compressionLevel: 3 }).toBuffer();
  const share = (montage.width * montage.height) / (pixels.width * pixels.height);
  return (quick.byteLength / share) * (overQuickPng[to] ?? 1);
}

function isHopeless({ estimate, reaches, slack }: Contender<EncodeJob>, best: AskedFile): boolean {
  if (!reaches) return true;
  return estimate !== undefined && estimate > best.bytes.byteLength * slack;
}

/** Palettes have no quality to search for here, but they lose something: that is measured too. */
async function encodeScored(job: EncodeJob, codecs: Codecs, survey: Survey | undefined): Promise<AskedFile> {
  const file = await encodeAsAsked(job, codecs, survey);
  const { pixels, to, recipe } = job;
  const target = targetScore(recipe.quality);
  if (file.score !== undefined || file.settings.lossless || pixels.frames > 1 || target === undefined)
    return file;
  const value = await scoreFile(file.bytes, pixels, to, codecs);
  const note = value < target ? { note: 'a palette can reach no more with this picture' } : {};
  const { bytes, settings } = file;
  return { bytes, settings, score: { value, target, tried: [], encodes: 1, ...note } };
}

/** How far below the target counts as reached, between formats. */
const allowance = 0.5;

function isBetter(file: AskedFile, than: AskedFile, { quality, maxBytes = Infinity }: Recipe): boolean {
  const target = targetScore(quality) ?? 0;
  const fits = (each: AskedFile) => each.bytes.byteLength <= maxBytes;
  if (fits(file) !== fits(than)) return fits(file);
  const reaches = (each: AskedFile) => scoreOf(each) >= target - allowance;
  if (reaches(file) !== reaches(than)) return reaches(file);
  if (!reaches(file) && scoreOf(file) !== scoreOf(than)) return scoreOf(file) > scoreOf(than);
  return file.bytes.byteLength < than.bytes.byteLength;
}

/** Where none was measured: what is lossless will have 100, and moving pictures are told apart by their bytes alone. */
function scoreOf({ score }: AskedFile): number {
  return score?.value ?? 100;
}

function surveyed({ survey, job }: Contender<EncodeJob>): number {
  return (survey?.pixelsEncoded ?? 0) / (job.pixels.width * job.pixels.height);
}
