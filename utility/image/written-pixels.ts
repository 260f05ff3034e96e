import type { Sharp } from 'sharp';
import type { OutputFormat } from '../../contract/formats.ts';
import type { Codecs } from '../codecs.ts';
import { hasWholeBoxes } from './avif-boxes.ts';
import type { Samples } from './block-means.ts';
import type { Header } from './header.ts';
import { decodeJxl } from './jxl.ts';
import type { Pixels } from './pixels.ts';
import { topStrip } from './top-strip.ts';
import { zlib } from './zlib.ts';

/** What was decoded of an output: the upper rows of all its frames, possibly reduced. */
export interface Seen {
  readonly samples: Samples;
  readonly rows: number;
  /** Pixels of the picture for each of these, across and down: 1 unless it was reduced. */
  readonly across: number;
  readonly down: number;
}

/** JPEG and WebP of fewer pixels are always decoded whole. */
const smallPixels = 100_000;

/** JPEG's decoder, and WebP's, do much less where an eighth of the size is enough. */
const reduction = 8;

/** The part of a large picture's rows that is decoded. */
const partOfRows = 32;
/** The part of large pictures that are decoded whole. */
const partOfPictures = 64;

/**
 * Decodes as much of a lossy output as tells a good one from a broken one; undefined where that would be all of it and it is
 * not one of those that are decoded whole.
 *
 * @param whole all of its rows, whatever that costs
 * @throws Error as the decoder words it
 */
export async function lookAt(
  bytes: Uint8Array,
  header: Header,
  expected: Pixels,
  whole: boolean,
  codecs: Codecs,
): Promise<Seen | undefined> {
  const { width, height, frames, channels } = expected;
  const { format } = header;
  const plain = frames === 1 && channels !== 4 && width * height >= smallPixels;
  if (format === 'avif' && plain && !whole && !isDrawn(bytes)) {
    if (hasWholeBoxes(bytes)) return undefined;
    throw new Error('its boxes are not whole');
  }
  if (!plain || (format !== 'jpeg' && format !== 'webp')) {
    const shown = header.frames === frames ? frames : 1;
    const samples = await decodeWhole(bytes, header, expected, codecs, shown);
    return { samples, rows: height * shown, across: 1, down: 1 };
  }
  const strip = whole || isDrawn(bytes) ? undefined : cut(bytes, format, height);
  const rows = strip?.rows ?? height;
  const size = { width: Math.floor(width / reduction), height: Math.floor(rows / reduction) };
  // The decoder of a strip warns that there are more rows than its header says.
  const options = { failOn: strip === undefined ? 'warning' : 'none', ignoreIcc: true } as const;
  const image = codecs.sharp(strip?.bytes ?? bytes, { ...options, limitInputPixels: false });
  image.resize({ ...size, fit: 'fill', kernel: 'linear' });
  const samples = { ...(await raw(inModel(image, expected), 8)), width: size.width };
  // The last block of a cut-off picture is smoothed against rows that are not there.
  const shown = strip === undefined ? size.height : size.height - 16 / reduction;
  return { samples, rows: shown, across: width / size.width, down: rows / size.height };
}

/**
 * All pixels of what was written, in the model and the depth that were asked for.
 *
 * @param frames how many of them
 */
export async function decodeWhole(
  bytes: Uint8Array,
  header: Header,
  expected: Pixels,
  codecs: Codecs,
  frames: number,
): Promise<Samples> {
  if (header.format === 'jxl') return decodeJxl(bytes, header, frames > 1, 'It');
  const options = { failOn: 'warning', limitInputPixels: false, unlimited: true, ignoreIcc: true } as const;
  const image = codecs.sharp(bytes, { ...options, pages: frames });
  return { ...(await raw(inModel(image, expected), expected.bitDepth)), width: expected.width };
}

function cut(
  bytes: Uint8Array,
  format: OutputFormat,
  height: number,
): { readonly bytes: Uint8Array; readonly rows: number } | undefined {
  const rows = Math.ceil(height / partOfRows / 16) * 16 + 16;
  const strip = rows < height ? topStrip(bytes, format, rows) : undefined;
  return strip === undefined ? undefined : { bytes: strip, rows };
}

/** By the bytes in the middle: the end of a file may be the same in all of a camera's. */
function isDrawn(bytes: Uint8Array): boolean {
  const middle = Math.floor(bytes.length / 2);
  return zlib().crc32(bytes.subarray(middle, middle + 64)) % partOfPictures === 0;
}

/** Encoders write grey for colour that is grey, and leave out an opacity that is full. */
function inModel(image: Sharp, { channels, bitDepth }: Pixels): Sharp {
  const deep = bitDepth === 16;
  if (channels === 1) return image.removeAlpha().toColourspace(deep ? 'grey16' : 'b-w');
  image.toColourspace(deep ? 'rgb16' : 'srgb');
  return channels === 4 ? image.ensureAlpha() : image.removeAlpha();
}

async function raw(image: Sharp, bitDepth: 8 | 16): Promise<Omit<Samples, 'width'>> {
  const { data, info } = await image
    .raw({ depth: bitDepth === 16 ? 'ushort' : 'uchar' })
    .toBuffer({ resolveWithObject: true });
  const { channels } = info;
  if (channels === 2) throw new Error('it has grey and opacity where colours were asked for');
  return {
    data: bitDepth === 16 ? new Uint16Array(data.buffer, data.byteOffset, data.byteLength / 2) : data,
    channels,
    bitDepth,
  };
}
