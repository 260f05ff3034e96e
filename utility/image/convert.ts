import { formatTraits, resolveOutputFormat, type OutputFormat } from '../../contract/formats.ts';
import type { Recipe } from '../../contract/recipe.ts';
import type { Fidelity, Picture } from '../../contract/report.ts';
import type { ConvertParams, ConvertResult, Stage } from '../../contract/worker-protocol.ts';
import type { Codecs } from '../codecs.ts';
import { convertToSrgb, needsSrgb, toEightBits } from './colour.ts';
import { decode, type DecodePlan } from './decode.ts';
import { settingsFor, untouched } from './encode-settings.ts';
import { encode, recompressJpeg } from './encode.ts';
import { allKept, pictureFidelity } from './fidelity.ts';
import { changesGeometry } from './geometry.ts';
import type { Header } from './header.ts';
import type { Metadata } from './metadata/metadata.ts';
import { applyPolicy } from './metadata/policy.ts';
import { withOrientation } from './orientation.ts';
import { hasAlpha, type Pixels } from './pixels.ts';
import { probe } from './probe.ts';
import { checkLimits, losslessRefused } from './refusals.ts';
import { startWatch } from './stage-watch.ts';
import { flatten, transform } from './transform.ts';
import { verify, verifyPixels } from './verify.ts';

/** Formats that keep 16 bits a channel. */
const deepFormats: ReadonlySet<OutputFormat> = new Set(['png', 'tiff', 'jxl']);

/**
 * The whole job of a worker: a source's bytes and a recipe in, an output's bytes and a report out.
 *
 * @throws MillraceError about the picture, naming it
 */
export async function convert(
  { name, bytes, recipe }: ConvertParams,
  codecs: Codecs,
  onStage: (stage: Stage) => void,
): Promise<ConvertResult> {
  const watch = startWatch(onStage);
  watch.enter('decode');
  const header = await probe(bytes, name, codecs);
  const to = resolveOutputFormat(recipe.to, header.format);
  checkLimits(header, name, recipe, to);
  const plan: DecodePlan = {
    recipe,
    animated: formatTraits[to].animation,
    deep: deepFormats.has(to) && !recipe.palette,
  };
  const decoded = await decode(bytes, header, name, plan, codecs);

  watch.enter('transform');
  const pixels = await prepare(decoded, header, to, plan, codecs);

  watch.enter('encode');
  const coefficients = keepsCoefficients(header, to, recipe);
  const impossible = recipe.lossless && !coefficients && !formatTraits[to].lossless;
  const orientation = coefficients || impossible ? header.orientation : 1;
  const policy = applyPolicy(header.metadata, recipe, { format: to, ...storedSize(pixels, orientation) });
  const metadata = carried(policy.metadata, pixels, orientation);
  const fewerBytes = onlyFewerBytesWereAsked(header, to, recipe, policy.fidelity);
  if (impossible && !fewerBytes) throw losslessRefused(name, to);
  const wanted = settingsFor(to, recipe, coefficients);
  const { bytes: output, settings } = await (async () => {
    if (impossible) return { bytes, settings: untouched(recipe) };
    if (coefficients) return { bytes: await recompressJpeg(bytes, metadata), settings: wanted };
    return encode(pixels, to, wanted, metadata, name, codecs);
  })();

  watch.enter('verify');
  const written = impossible ? header : await verify(output, to, pixels, orientation, name, codecs);
  if (coefficients) verifyPixels(await decode(output, written, name, plan, codecs), pixels, to, name);

  const common = {
    source: { format: header.format, ...picture(header, bytes) },
    settings,
    timings: watch.stop(),
    worker: watch.resources(codecs),
  };
  if (output.byteLength >= bytes.byteLength && fewerBytes) {
    const fidelity = allKept(header, policy.fidelity);
    const same = { format: to, ...picture(header, bytes) };
    return { report: { ...common, outcome: 'kept-original', output: same, fidelity } };
  }
  const fidelity = [...pictureFidelity(header, written, to, recipe, pixels.bitDepth), ...policy.fidelity];
  return {
    bytes: output,
    report: {
      ...common,
      outcome: 'converted',
      output: { format: to, ...picture(written, output) },
      fidelity,
    },
  };
}

/** Everything between a decoder and an encoder: size, direction, colour, background, depth. */
async function prepare(
  decoded: Pixels,
  header: Header,
  to: OutputFormat,
  { recipe, deep }: DecodePlan,
  codecs: Codecs,
): Promise<Pixels> {
  let pixels = await transform(decoded, header, recipe, codecs);
  if (needsSrgb(pixels, to, recipe)) pixels = await convertToSrgb(pixels, codecs);
  if (hasAlpha(pixels) && !formatTraits[to].transparency) {
    pixels = await flatten(pixels, recipe.background, codecs);
  }
  return deep ? pixels : toEightBits(pixels);
}

/** A lossless JPEG: nothing but fewer bytes is asked, so its coefficients may stay as they are. */
function keepsCoefficients(header: Header, to: OutputFormat, recipe: Recipe): boolean {
  if (!recipe.lossless || to !== 'jpeg' || header.format !== 'jpeg' || header.model === 'cmyk') return false;
  return !changesGeometry(header, recipe) && !(recipe.colour === 'srgb' && header.profile !== undefined);
}

/** The recipe asked for no change of this very picture but fewer bytes. */
function onlyFewerBytesWereAsked(
  header: Header,
  to: OutputFormat,
  recipe: Recipe,
  metadata: readonly Fidelity[],
): boolean {
  if (to !== header.format || changesGeometry(header, recipe)) return false;
  if (recipe.colour === 'srgb' && header.colour !== 'sRGB' && header.profile !== undefined) return false;
  const removes = recipe.metadata !== 'keep' || recipe.gps === 'strip';
  return !(removes && metadata.some(({ fate }) => fate !== 'kept'));
}

/** Width and height as they lie in the file, before an orientation of 5 to 8 swaps them. */
function storedSize({ width, height }: Pixels, orientation: number): { width: number; height: number } {
  return orientation >= 5 ? { width: height, height: width } : { width, height };
}

/** What goes into the file beside the pixels. The profile is that of the pixels, whatever the policy says. */
function carried({ exif, xmp, iptc }: Metadata, { icc }: Pixels, orientation: number): Metadata {
  const turned = orientation === 1 ? exif : withOrientation(exif, orientation);
  return {
    ...(turned === undefined ? {} : { exif: turned }),
    ...(xmp === undefined ? {} : { xmp }),
    ...(iptc === undefined ? {} : { iptc }),
    ...(icc === undefined ? {} : { icc }),
  };
}

function picture(header: Header, bytes: Uint8Array): Omit<Picture, 'format'> {
  const { width, height, frames, bitDepth, transparency, colour } = header;
  return { bytes: bytes.byteLength, width, height, frames, bitDepth, transparency, colour };
}
