import { formatTraits, type InputFormat, type OutputFormat } from '../../contract/formats.ts';
import { targetScore } from '../../contract/quality.ts';
import type { Recipe } from '../../contract/recipe.ts';
import type { Picture, Report } from '../../contract/report.ts';
import type { ConvertParams, Converted, Stage } from '../../contract/worker-protocol.ts';
import type { Codecs } from '../codecs.ts';
import { findCandidates } from './candidates.ts';
import { decode, type DecodePlan } from './decode.ts';
import { makesPalette, untouched, type Settings } from './encode-settings.ts';
import { allKept, pictureFidelity } from './fidelity.ts';
import type { Header } from './header.ts';
import { verifyLikeness } from './likeness.ts';
import { createPixelMemory, type PixelMemory } from './pixel-memory.ts';
import { isOpaque, type Pixels } from './pixels.ts';
import { deepFormats, keepsCoefficients, pack, suit, type Baggage } from './prepare.ts';
import { probe } from './probe.ts';
import { applyPolicy } from './metadata/policy.ts';
import { mayLoseNothing, preferring, raceFormats, type Winner } from './quality-search/best-format.ts';
import { encodeAsAsked, type AskedFile } from './quality-search/encode-as-asked.ts';
import type { EncodeJob } from './quality-search/encode-job.ts';
import { whyKept } from './quality-search/source-quality.ts';
import { checkLimits } from './refusals.ts';
import { startWatch } from './stage-watch.ts';
import { transform } from './transform.ts';
import { verify, verifyPixels } from './verify.ts';

/** A picture made ready for one format. */
interface Ready extends EncodeJob, Baggage {
  /** That the file will have. */
  readonly orientation: number;
}

/**
 * The whole job of a worker: a source's bytes and a recipe in, an output's bytes and a report out.
 *
 * @throws MillraceError about the picture, naming it
 */
export async function convert(
  params: ConvertParams,
  codecs: Codecs,
  onStage: (stage: Stage) => void,
): Promise<Converted> {
  const memory = createPixelMemory();
  const converted = await convertIn(memory, params, codecs, onStage);
  // After an error a codec may still be at work on them: then they are left to the collector.
  memory.release();
  return converted;
}

async function convertIn(
  memory: PixelMemory,
  { name, bytes, recipe }: ConvertParams,
  codecs: Codecs,
  onStage: (stage: Stage) => void,
): Promise<Converted> {
  const watch = startWatch(onStage);
  watch.enter('decode');
  const header = await probe(bytes, name, codecs);
  const candidates = findCandidates(header, name, recipe);
  const { formats, own } = candidates;
  for (const to of formats) checkLimits(header, name, recipe, to);
  const plan: DecodePlan = {
    recipe,
    animated: formats.some((to) => formatTraits[to].animation),
    deep: formats.every((to) => deepFormats.has(to)) && !makesPalette(recipe),
  };
  const decoded = memory.hold(await decode(bytes, header, name, plan, codecs));

  function keepOriginal(to: OutputFormat, kept: string, settings: Settings): Converted {
    const output = picture(header, to, bytes);
    const fidelity = allKept(header, applyPolicy(header.metadata, recipe, output).fidelity);
    return { report: { ...common(settings), outcome: 'kept-original', kept, output, fidelity } };
  }
  function common(settings: Settings): Pick<Report, 'source' | 'settings' | 'timings' | 'worker'> {
    const source = picture(header, header.format, bytes);
    return { source, settings, timings: watch.stop(), worker: watch.resources(codecs) };
  }
  if (own !== undefined && candidates.untouched !== undefined) {
    return keepOriginal(own, candidates.untouched, untouched(recipe));
  }

  watch.enter('transform');
  const reshaped = memory.hold(await transform(decoded, header, recipe, codecs));
  const opaque = formats.length === 1 || isOpaque(reshaped);
  const ready: Ready[] = [];
  for (const to of preferring(formats, (format) => opaque || formatTraits[format].transparency)) {
    const one = await makeReady(reshaped, { bytes, header, name }, to, plan, codecs);
    memory.hold(one.pixels);
    ready.push(one);
  }

  watch.enter('encode');
  const { job, file, encodes } = await encodeOneOf(ready, recipe, codecs);
  const { to, pixels, orientation, fidelity } = job;

  watch.enter('verify');
  const written = await verify(file.bytes, to, pixels, orientation, job.metadata, name, codecs);
  if (job.coefficientsOf !== undefined) {
    verifyPixels(await decode(file.bytes, written, name, plan, codecs), pixels, to, name);
  } else if (file.score === undefined) {
    // Where the whole file was scored, it was decoded and compared for that.
    const whole = recipe.output.place === 'in-place';
    await verifyLikeness(file.bytes, written, pixels, { to, settings: file.settings, whole }, name, codecs);
  }

  const kept = own === undefined ? undefined : whyKept(bytes, file, header, recipe);
  if (own !== undefined && kept !== undefined) return keepOriginal(own, kept, file.settings);
  const { settings, unscored } = file;
  const score = file.score ?? scoreOfEqual(file, pixels, recipe, encodes);
  return {
    bytes: file.bytes,
    report: {
      ...common(settings),
      outcome: 'converted',
      output: picture(written, to, file.bytes),
      fidelity: [...pictureFidelity(header, written, to, recipe, pixels.bitDepth), ...fidelity],
      ...(score === undefined ? {} : { score }),
      ...(unscored === undefined || score !== undefined ? {} : { unscored }),
    },
  };
}

async function makeReady(
  reshaped: Pixels,
  { bytes, header, name }: Pick<ConvertParams, 'bytes' | 'name'> & { readonly header: Header },
  to: OutputFormat,
  plan: DecodePlan,
  codecs: Codecs,
): Promise<Ready> {
  const { recipe } = plan;
  const pixels = await suit(reshaped, to, plan, codecs);
  const recoded = keepsCoefficients(header, to, recipe);
  const orientation = recoded ? header.orientation : 1;
  const baggage = pack(header, recipe, to, pixels, orientation);
  return { name, to, pixels, recipe, orientation, ...baggage, ...(recoded ? { coefficientsOf: bytes } : {}) };
}

async function encodeOneOf(
  ready: readonly Ready[],
  recipe: Recipe,
  codecs: Codecs,
): Promise<Omit<Winner<Ready>, 'encodes'> & Partial<Winner<Ready>>> {
  const [job] = ready;
  if (job === undefined) throw new RangeError('there is no format to encode to');
  if (recipe.to === 'best' || mayLoseNothing(job)) return raceFormats(ready, codecs);
  return { job, file: await encodeAsAsked(job, codecs) };
}

/** Of a winner among formats in which every pixel was found equal when it was decoded. */
function scoreOfEqual(
  { settings }: AskedFile,
  { frames }: Pixels,
  { quality }: Recipe,
  encodes: number | undefined,
): Report['score'] {
  const target = targetScore(quality);
  if (!settings.lossless || frames > 1 || target === undefined || encodes === undefined) return undefined;
  return { value: 100, target, tried: [], encodes };
}

function picture<F extends InputFormat>(
  header: Header,
  format: F,
  bytes: Uint8Array,
): Picture & { format: F } {
  const { width, height, frames, bitDepth, transparency, colour } = header;
  return { format, bytes: bytes.byteLength, width, height, frames, bitDepth, transparency, colour };
}
