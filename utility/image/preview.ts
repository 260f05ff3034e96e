import { MillraceError } from '../../contract/errors.ts';
import type { InputFormat } from '../../contract/formats.ts';
import { parseRecipe, type Recipe } from '../../contract/recipe.ts';
import type { Codecs } from '../codecs.ts';
import { convertToSrgb, toEightBits } from './colour.ts';
import { decode } from './decode.ts';
import { targetSize } from './geometry.ts';
import type { Header } from './header.ts';
import { embedMetadata } from './metadata/embed.ts';
import { hasAlpha, rawOptions, type Pixels } from './pixels.ts';
import { probe } from './probe.ts';
import { checkFrames } from './refusals.ts';
import { transform } from './transform.ts';

export interface PreviewRequest {
  readonly name: string;
  readonly bytes: Uint8Array;
  /** Longest edge in pixels; absent for every pixel as it is. */
  readonly maxEdge?: number | undefined;
  /** Turned and cropped as this recipe does it, for a picture to be laid over its result. */
  readonly reshape?: Recipe | undefined;
}

export interface Preview {
  /** A file a browser can show. */
  readonly bytes: Uint8Array;
  readonly mime: string;
  /** Of the whole picture, upright, pixels. */
  readonly width: number;
  readonly height: number;
}

/** Formats that browsers show as they are, with their profile. */
const shown: Readonly<Partial<Record<InputFormat, string>>> = {
  jpeg: 'image/jpeg',
  png: 'image/png',
  webp: 'image/webp',
  avif: 'image/avif',
  gif: 'image/gif',
};

/** Above this many pixels a page could not hold the picture, and a worker not decode it beside its jobs. */
const maxPixels = 400_000_000;

/**
 * A picture to look at, upright and with its colours as they are meant: a smaller one in sRGB, or every pixel; the
 * source's own bytes where a browser shows them right.
 *
 * @throws MillraceError about the picture, naming it
 */
export async function makePreview(
  { name, bytes, maxEdge, reshape }: PreviewRequest,
  codecs: Codecs,
): Promise<Preview> {
  const header = await probe(bytes, name, codecs);
  if (reshape !== undefined && reshapes(header, reshape)) {
    return await reshaped(bytes, header, name, reshape, codecs);
  }
  const { width, height } = header;
  const mime = maxEdge === undefined ? ownMime(header) : undefined;
  if (mime !== undefined) return { bytes, mime, width, height };
  checkSize(header, name);
  const pixels = await read(bytes, header, name, previewRecipe(maxEdge), codecs);
  const file = maxEdge === undefined ? await whole(pixels, codecs) : await small(pixels, codecs);
  return { ...file, width, height };
}

function checkSize(header: Header, name: string): void {
  checkFrames(header, name);
  if (header.width * header.height <= maxPixels) return;
  throw new MillraceError('too-many-pixels', `${name} is too large to be shown here.`);
}

/** Whether more than the size changes: two pictures of one shape can be laid over each other as they are. */
function reshapes(header: Header, { resize, rotate, flip }: Recipe): boolean {
  const { scaled, size } = targetSize(header, resize);
  const isCropped = scaled.width !== size.width || scaled.height !== size.height;
  // Edges are whole pixels, so that proportions are never quite the same.
  const { width, height } = header;
  const isStretched =
    Math.abs(scaled.width - (scaled.height * width) / height) > 1 &&
    Math.abs(scaled.height - (scaled.width * height) / width) > 1;
  return isCropped || isStretched || rotate !== 0 || flip !== 'none';
}

async function reshaped(
  bytes: Uint8Array,
  header: Header,
  name: string,
  recipe: Recipe,
  codecs: Codecs,
): Promise<Preview> {
  checkSize(header, name);
  const pixels = await read(bytes, header, name, recipe, codecs);
  return { ...(await whole(pixels, codecs)), width: pixels.width, height: pixels.height };
}

/** How a browser is told what the source is; undefined when it would show it otherwise than it is meant. */
function ownMime({ format, model, orientation }: Header): string | undefined {
  // Browsers guess at CMYK, and turn only JPEGs by their EXIF.
  if (model === 'cmyk' || model === 'lab') return undefined;
  return orientation === 1 || format === 'jpeg' ? shown[format] : undefined;
}

async function read(
  bytes: Uint8Array,
  header: Header,
  name: string,
  recipe: Recipe,
  codecs: Codecs,
): Promise<Pixels> {
  const decoded = await decode(bytes, header, name, { recipe, animated: false, deep: false }, codecs);
  return toEightBits(await transform(decoded, header, recipe, codecs));
}

function previewRecipe(maxEdge: number | undefined): Recipe {
  return parseRecipe(maxEdge === undefined ? {} : { resize: { longestEdge: maxEdge } });
}

/** Without loss and with its profile. */
async function whole(pixels: Pixels, { sharp }: Codecs): Promise<Pick<Preview, 'bytes' | 'mime'>> {
  // Little compression: it is looked at once and crosses no network.
  const png = await sharp(pixels.data, rawOptions(pixels)).png({ compressionLevel: 1 }).toBuffer();
  const { icc } = pixels;
  return { bytes: icc === undefined ? png : embedMetadata(png, 'png', { icc }), mime: 'image/png' };
}

const smallQuality = 80;

async function small(pixels: Pixels, codecs: Codecs): Promise<Pick<Preview, 'bytes' | 'mime'>> {
  const srgb = await convertToSrgb(pixels, codecs);
  const image = codecs.sharp(srgb.data, rawOptions(srgb));
  if (hasAlpha(srgb)) {
    return { bytes: await image.webp({ quality: smallQuality, effort: 0 }).toBuffer(), mime: 'image/webp' };
  }
  return { bytes: await image.jpeg({ quality: smallQuality }).toBuffer(), mime: 'image/jpeg' };
}
