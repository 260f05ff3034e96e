import { formatTraits, resolveOutputFormat, type OutputFormat } from '../../contract/formats.ts';
import type { Recipe } from '../../contract/recipe.ts';
import type { Fidelity, Picture, Report } from '../../contract/report.ts';
import type { ConvertParams, ConvertResult, Stage } from '../../contract/worker-protocol.ts';
import type { Codecs } from '../codecs.ts';
import { decode } from './decode.ts';
import { encode } from './encode.ts';
import { pictureFidelity } from './fidelity.ts';
import { changesGeometry } from './geometry.ts';
import { isSrgb, profileModel } from './icc.ts';
import { applyPolicy } from './metadata/policy.ts';
import type { Metadata } from './metadata/metadata.ts';
import { type Pixels } from './pixels.ts';
import type { Header } from './header.ts';
import { probe } from './probe.ts';
import { checkLimits } from './refusals.ts';
import { transform } from './transform.ts';
import { verify } from './verify.ts';

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
  const toSrgb = needsSrgb(header, to, recipe);
  const losslessJpeg =
    to === 'jpeg' && header.format === 'jpeg' && recipe.lossless && isUntouched(header, recipe, toSrgb);
  const decoded = await decode(
    bytes,
    header,
    name,
    { recipe, toSrgb, animated: formatTraits[to].animation, deep: deepFormats.has(to) && !recipe.palette },
    codecs,
  );
  watch.enter('transform');
  const pixels = await transform(decoded, header, recipe, !formatTraits[to].transparency, codecs);
  watch.enter('encode');
  const policy = applyPolicy(header.metadata, recipe, {
    format: to,
    width: pixels.width,
    height: pixels.height,
  });
  const metadata = withProfile(policy.metadata, pixels);
  const encoded = await encode(pixels, to, recipe, metadata, losslessJpeg ? bytes : undefined, codecs);
  watch.enter('verify');
  const written = await verify(encoded.bytes, to, pixels, name, codecs);

  const keepOriginal =
    encoded.bytes.byteLength >= bytes.byteLength &&
    nothingWasAsked(header, to, recipe, toSrgb, policy.fidelity);
  const result = {
    source: { format: header.format, ...picture(header, bytes) },
    settings: encoded.settings,
    timings: watch.stop(),
    worker: watch.resources(codecs),
  };
  if (keepOriginal) {
    return {
      report: {
        ...result,
        outcome: 'kept-original',
        output: { format: to, ...picture(header, bytes) },
        fidelity: [],
      },
    };
  }
  const report: Report = {
    ...result,
    outcome: 'converted',
    output: { format: to, ...picture(written, encoded.bytes) },
    fidelity: [...pictureFidelity(header, written, to, recipe), ...policy.fidelity],
  };
  return { bytes: encoded.bytes, report };
}

/** Asked for, or there is no other way to show the colours right in the target. */
function needsSrgb(header: Header, to: OutputFormat, recipe: Recipe): boolean {
  const { icc } = header.metadata;
  if (header.model === 'cmyk' || header.model === 'lab') return true;
  if (recipe.colour === 'srgb' || to === 'gif') return icc !== undefined && !isSrgb(icc);
  // A profile of another model than the pixels' means nothing to them.
  return icc !== undefined && header.model === 'grey' && profileModel(icc) !== 'GRAY';
}

/** Nothing about the pixels changes, so that a JPEG's coefficients may stay as they are. */
function isUntouched(header: Header, recipe: Recipe, toSrgb: boolean): boolean {
  return !changesGeometry(header, recipe) && !toSrgb && header.orientation === 1;
}

/** The recipe asked for no change of this picture but fewer bytes. */
function nothingWasAsked(
  header: Header,
  to: OutputFormat,
  recipe: Recipe,
  toSrgb: boolean,
  metadata: readonly Fidelity[],
): boolean {
  if (to !== header.format || changesGeometry(header, recipe)) return false;
  if (recipe.colour === 'srgb' && toSrgb) return false;
  const removes = recipe.metadata !== 'keep' || recipe.gps === 'strip';
  return !(removes && metadata.some(({ fate }) => fate !== 'kept'));
}

function withProfile({ exif, xmp, iptc }: Metadata, pixels: Pixels): Metadata {
  return {
    ...(exif === undefined ? {} : { exif }),
    ...(xmp === undefined ? {} : { xmp }),
    ...(iptc === undefined ? {} : { iptc }),
    ...(pixels.icc === undefined ? {} : { icc: pixels.icc }),
  };
}

function picture(header: Header, bytes: Uint8Array): Omit<Picture, 'format'> {
  const { width, height, frames, bitDepth, transparency, colour } = header;
  return { bytes: bytes.byteLength, width, height, frames, bitDepth, transparency, colour };
}

interface StageWatch {
  enter(stage: Stage): void;
  stop(): Report['timings'];
  resources(codecs: Codecs): Report['worker'];
}

/** Wall time by stage, CPU time of the whole. */
function startWatch(onStage: (stage: Stage) => void): StageWatch {
  const startedAt = performance.now();
  const cpuBefore = process.cpuUsage();
  const times: Record<Stage, number> = { decode: 0, transform: 0, encode: 0, verify: 0 };
  let current: Stage = 'decode';
  let since = startedAt;

  function close(): void {
    times[current] += performance.now() - since;
    since = performance.now();
  }

  return {
    enter(stage) {
      close();
      current = stage;
      onStage(stage);
    },
    stop() {
      close();
      return { ...times, total: performance.now() - startedAt };
    },
    resources({ build }) {
      const { user, system } = process.cpuUsage(cpuBefore);
      return { pid: process.pid, codecs: build, cpu: (user + system) / 1000, rss: process.memoryUsage.rss() };
    },
  };
}
