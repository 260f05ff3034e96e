import { formatTraits, resolveOutputFormat, type OutputFormat } from '../../contract/formats.ts';
import type { Recipe } from '../../contract/recipe.ts';
import type { Picture } from '../../contract/report.ts';
import type { ConvertParams, Converted, Stage } from '../../contract/worker-protocol.ts';
import type { Codecs } from '../codecs.ts';
import { decode, type DecodePlan } from './decode.ts';
import { coefficientSettings, untouched } from './encode-settings.ts';
import { recompressJpeg } from './encode.ts';
import { allKept, pictureFidelity } from './fidelity.ts';
import type { Header } from './header.ts';
import { verifyLikeness } from './likeness.ts';
import { isOpaque, type Pixels } from './pixels.ts';
import {
  deepFormats,
  keepsCoefficients,
  onlyFewerBytesWereAsked,
  pack,
  suit,
  type Baggage,
} from './prepare.ts';
import { probe } from './probe.ts';
import { formatsThatHold, preferring, raceFormats } from './quality-search/best-format.ts';
import { encodeAsAsked, type AskedFile } from './quality-search/encode-as-asked.ts';
import { whyKept } from './quality-search/source-quality.ts';
import { checkLimits, losslessRefused } from './refusals.ts';
import { startWatch } from './stage-watch.ts';
import { transform } from './transform.ts';
import { verify, verifyPixels } from './verify.ts';

/** A picture made ready for one format. */
interface Ready extends Baggage {
  readonly to: OutputFormat;
  readonly pixels: Pixels;
  /** That the file will have. */
  readonly orientation: number;
}

/**
 * The whole job of a worker: a source's bytes and a recipe in, an output's bytes and a report out.
 *
 * @throws MillraceError about the picture, naming it
 */
export async function convert(
  { name, bytes, recipe }: ConvertParams,
  codecs: Codecs,
  onStage: (stage: Stage) => void,
): Promise<Converted> {
  const watch = startWatch(onStage);
  watch.enter('decode');
  const header = await probe(bytes, name, codecs);
  const formats =
    recipe.to === 'best' ? formatsThatHold(header, recipe) : [resolveOutputFormat(recipe.to, header.format)];
  for (const to of formats) checkLimits(header, name, recipe, to);
  const plan: DecodePlan = {
    recipe,
    animated: formats.some((to) => formatTraits[to].animation),
    deep: formats.every((to) => deepFormats.has(to)) && !recipe.palette,
  };
  const decoded = await decode(bytes, header, name, plan, codecs);

  watch.enter('transform');
  const reshaped = await transform(decoded, header, recipe, codecs);
  const opaque = formats.length === 1 || isOpaque(reshaped);
  const ready: Ready[] = [];
  for (const to of preferring(formats, (format) => opaque || formatTraits[format].transparency)) {
    ready.push(await makeReady(reshaped, header, to, plan, codecs));
  }

  watch.enter('encode');
  const { chosen, file } = await encodeOneOf(ready, bytes, header, recipe, name, codecs);
  const { to, pixels, orientation, fidelity } = chosen;
  const fewerBytes = onlyFewerBytesWereAsked(header, to, recipe, fidelity);
  const untouchable = isUntouchable(header, to, recipe);

  watch.enter('verify');
  const written = untouchable
    ? header
    : await verify(file.bytes, to, pixels, orientation, chosen.metadata, name, codecs);
  if (keepsCoefficients(header, to, recipe)) {
    verifyPixels(await decode(file.bytes, written, name, plan, codecs), pixels, to, name);
  } else if (!untouchable && file.score === undefined) {
    // Where the whole file was scored, it was decoded and compared for that.
    const whole = recipe.output.place === 'in-place';
    await verifyLikeness(file.bytes, written, pixels, { to, settings: file.settings, whole }, name, codecs);
  }

  const { settings, score, unscored } = file;
  const common = {
    source: { format: header.format, ...picture(header, bytes) },
    settings,
    timings: watch.stop(),
    worker: watch.resources(codecs),
  };
  const kept = fewerBytes ? whyKept(bytes, file, header, recipe) : undefined;
  if (kept !== undefined) {
    const same = { format: to, ...picture(header, bytes) };
    const report = { ...common, kept, output: same, fidelity: allKept(header, fidelity) };
    return { report: { ...report, outcome: 'kept-original' } };
  }
  return {
    bytes: file.bytes,
    report: {
      ...common,
      outcome: 'converted',
      output: { format: to, ...picture(written, file.bytes) },
      fidelity: [...pictureFidelity(header, written, to, recipe, pixels.bitDepth), ...fidelity],
      ...(score === undefined ? {} : { score }),
      ...(unscored === undefined ? {} : { unscored }),
    },
  };
}

async function makeReady(
  reshaped: Pixels,
  header: Header,
  to: OutputFormat,
  plan: DecodePlan,
  codecs: Codecs,
): Promise<Ready> {
  const { recipe } = plan;
  const pixels = await suit(reshaped, to, plan, codecs);
  const lies = keepsCoefficients(header, to, recipe) || isUntouchable(header, to, recipe);
  const orientation = lies ? header.orientation : 1;
  return { to, pixels, orientation, ...pack(header, recipe, to, pixels, orientation) };
}

/** Without a loss to a format that always loses: only the source's own bytes would do. */
function isUntouchable(header: Header, to: OutputFormat, recipe: Recipe): boolean {
  return recipe.lossless && !keepsCoefficients(header, to, recipe) && !formatTraits[to].lossless;
}

async function encodeOneOf(
  ready: readonly Ready[],
  source: Uint8Array,
  header: Header,
  recipe: Recipe,
  name: string,
  codecs: Codecs,
): Promise<{ chosen: Ready; file: AskedFile }> {
  const [only, second] = ready;
  if (only === undefined) throw new RangeError('there is no format to encode to');
  const jobs = ready.map(({ to, pixels, metadata }) => ({ name, to, pixels, metadata, recipe }));
  if (second !== undefined) {
    const { job, file } = await raceFormats(jobs, codecs);
    return { chosen: ready.find(({ to }) => to === job.to) ?? only, file };
  }
  const { to, pixels, metadata, fidelity } = only;
  if (isUntouchable(header, to, recipe)) {
    if (!onlyFewerBytesWereAsked(header, to, recipe, fidelity)) throw losslessRefused(name, to);
    return { chosen: only, file: { bytes: source, settings: untouched(recipe) } };
  }
  if (keepsCoefficients(header, to, recipe)) {
    const recompressed = await recompressJpeg(source, metadata);
    return { chosen: only, file: { bytes: recompressed, settings: coefficientSettings(recipe) } };
  }
  return { chosen: only, file: await encodeAsAsked({ name, to, pixels, metadata, recipe }, codecs) };
}

function picture(header: Header, bytes: Uint8Array): Omit<Picture, 'format'> {
  const { width, height, frames, bitDepth, transparency, colour } = header;
  return { bytes: bytes.byteLength, width, height, frames, bitDepth, transparency, colour };
}
