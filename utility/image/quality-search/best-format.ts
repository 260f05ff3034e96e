import { formatTraits, type OutputFormat } from '../../../contract/formats.ts';
import { targetScore } from '../../../contract/quality.ts';
import type { Recipe } from '../../../contract/recipe.ts';
import type { Codecs } from '../../codecs.ts';
import { targetSize } from '../geometry.ts';
import { moves, type Header } from '../header.ts';
import { rawOptions } from '../pixels.ts';
import { encodeAsAsked, type AskedFile } from './encode-as-asked.ts';
import { isSearchable, type EncodeJob } from './encode-job.ts';
import { makeMontage } from './montage.ts';
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
    (to: OutputFormat) => !recipe.lossless || formatTraits[to].lossless,
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

export interface Winner {
  readonly job: EncodeJob;
  readonly file: AskedFile;
}

/** One format, lossy or not, that may win. */
interface Contender {
  readonly job: EncodeJob;
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
export async function raceFormats(jobs: readonly EncodeJob[], codecs: Codecs): Promise<Winner> {
  const contenders: Contender[] = [];
  for (const job of jobs) contenders.push(...(await enter(job, codecs)));
  contenders.sort((a, b) => Number(b.reaches) - Number(a.reaches) || (a.estimate ?? 0) - (b.estimate ?? 0));
  let best: Winner | undefined;
  let encodes = 0;
  for (const contender of contenders) {
    if (best !== undefined && isHopeless(contender, best)) {
      encodes += surveyed(contender);
      continue;
    }
    const { job, survey } = contender;
    const file = await encodeAsAsked(job, codecs, survey);
    encodes += file.score?.encodes ?? 1;
    if (best === undefined || isBetter(file, best.file, job.recipe)) best = { job, file };
  }
  if (best === undefined) throw new RangeError('a race needs at least one format');
  return { ...best, file: withWholeEffort(best, encodes) };
}

async function enter(job: EncodeJob, codecs: Codecs): Promise<Contender[]> {
  const { to, recipe } = job;
  if (recipe.lossless || job.pixels.frames > 1) {
    return [{ job, estimate: undefined, reaches: true, slack: 1 }];
  }
  const contenders: Contender[] = [];
  if (isSearchable(job)) {
    const survey = await surveyPicture(job, codecs);
    const { estimate, reaches } = survey.way;
    contenders.push({ job, survey, estimate, reaches, slack: slackOfSearch });
  }
  if (formatTraits[to].lossless) {
    const estimate = await losslessEstimate(job, codecs);
    const lossless = { ...job, recipe: { ...recipe, lossless: true } };
    contenders.push({ job: lossless, estimate, reaches: true, slack: slackOfLossless });
  }
  if (contenders.length === 0) contenders.push({ job, estimate: undefined, reaches: true, slack: 1 });
  return contenders;
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

function isHopeless({ estimate, reaches, slack }: Contender, best: Winner): boolean {
  if (!reaches) return true;
  return estimate !== undefined && estimate > best.file.bytes.byteLength * slack;
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

function scoreOf({ score }: AskedFile): number {
  return score?.value ?? 100;
}

function surveyed({ survey, job }: Contender): number {
  return (survey?.pixelsEncoded ?? 0) / (job.pixels.width * job.pixels.height);
}

/** The report tells of the work for all formats, and that a lossless winner is the same picture. */
function withWholeEffort({ job, file }: Winner, encodes: number): AskedFile {
  if (file.score !== undefined) return { ...file, score: { ...file.score, encodes } };
  const target = targetScore(job.recipe.quality);
  if (!job.recipe.lossless || target === undefined || !formatTraits[job.to].lossless) return file;
  const { bytes, settings } = file;
  return { bytes, settings, score: { value: 100, target, tried: [], encodes } };
}
