import type { Sharp } from 'sharp';
import { MillraceError } from '../../contract/errors.ts';
import { formatTraits, type OutputFormat } from '../../contract/formats.ts';
import type { Codecs } from '../codecs.ts';
import type { Settings } from './encode-settings.ts';
import { encodePlainWebp } from './encode-webp.ts';
import { encodeJxl } from './jxl.ts';
import { embedMetadata } from './metadata/embed.ts';
import type { Metadata } from './metadata/metadata.ts';
import { paletteBuild } from './palette-build.ts';
import { rawOptions, type Pixels } from './pixels.ts';

export interface Encoded {
  readonly bytes: Uint8Array;
  /** What was done in the end. */
  readonly settings: Settings;
}

/**
 * Pixels to a file of the given format, with the metadata and the profile that are given and no others.
 *
 * @throws MillraceError `encode-failed`
 */
export async function encode(
  pixels: Pixels,
  to: OutputFormat,
  settings: Settings,
  metadata: Metadata,
  name: string,
  codecs: Codecs,
): Promise<Encoded> {
  try {
    if (to === 'jxl') return await encodeAsJxl(pixels, settings, metadata);
    return { settings, bytes: await write(pixels, to, settings, metadata, codecs) };
  } catch (error) {
    throw new MillraceError(
      'encode-failed',
      `${name} could not be written as ${formatTraits[to].label}. Make it smaller or choose another format.`,
      { detail: error instanceof Error ? error.message : String(error), cause: error },
    );
  }
}

async function encodeAsJxl(pixels: Pixels, settings: Settings, metadata: Metadata): Promise<Encoded> {
  const { lossless } = settings;
  const wanted = {
    lossless,
    effort: Number(settings.options['effort']),
    ...(lossless ? {} : { distance: Number(settings.options['distance']) }),
  };
  const { bytes, effort } = await encodeJxl(pixels, wanted, metadata);
  return { bytes, settings: { ...settings, options: { ...settings.options, effort } } };
}

async function write(
  pixels: Pixels,
  to: Exclude<OutputFormat, 'jxl'>,
  settings: Settings,
  metadata: Metadata,
  codecs: Codecs,
): Promise<Uint8Array> {
  const { options } = settings;
  switch (to) {
    case 'jpeg':
      return embedMetadata(await open(pixels, codecs.sharp).jpeg(options).toBuffer(), to, metadata);
    case 'png':
      return encodePng(pixels, settings, metadata, codecs);
    case 'webp': {
      const plain = await encodePlainWebp(pixels, settings);
      if (plain !== undefined) return embedMetadata(plain, to, metadata);
      const webp = open(pixels, codecs.sharp).webp({ ...options, ...timing(pixels) });
      return embedMetadata(await webp.toBuffer(), to, metadata);
    }
    case 'gif':
      return open(pixels, paletteBuild(pixels, to, codecs))
        .gif({ ...options, ...timing(pixels) })
        .toBuffer();
    case 'avif':
      return (await carrying(pixels, metadata, codecs)).avif(options).toBuffer();
    case 'tiff':
      return (await carrying(pixels, metadata, codecs)).tiff(options).toBuffer();
  }
}

/**
 * A JPEG with the same coefficients, coded anew: every pixel stays as it was. Where that gains nothing, its own bytes.
 * The pixels are not turned, so the metadata has to carry the orientation.
 */
export async function recompressJpeg(jpeg: Uint8Array, metadata: Metadata): Promise<Uint8Array> {
  const { compressJpeg } = await import('@napi-rs/image');
  const recompressed = embedMetadata(await compressJpeg(jpeg), 'jpeg', metadata);
  const spliced = embedMetadata(jpeg, 'jpeg', metadata);
  return recompressed.byteLength < spliced.byteLength ? recompressed : spliced;
}

function open(pixels: Pixels, sharp: Codecs['sharp']): Sharp {
  return inOwnModel(sharp(pixels.data, rawOptions(pixels)), pixels);
}

/** sharp would make 8-bit sRGB of everything. */
function inOwnModel(image: Sharp, { channels, bitDepth }: Pixels): Sharp {
  const deep = bitDepth === 16;
  if (channels === 1) return image.toColourspace(deep ? 'grey16' : 'b-w');
  return deep ? image.toColourspace('rgb16') : image;
}

function timing(pixels: Pixels): { delay?: number[]; loop?: number } {
  return {
    ...(pixels.delays === undefined ? {} : { delay: [...pixels.delays] }),
    ...(pixels.loop === undefined ? {} : { loop: pixels.loop }),
  };
}

/** AVIF and TIFF get their metadata from libvips, which reads it from an uncompressed PNG. */
async function carrying(pixels: Pixels, metadata: Metadata, codecs: Codecs): Promise<Sharp> {
  if (Object.keys(metadata).length === 0) return open(pixels, codecs.sharp);
  const png = await open(pixels, codecs.sharp).png({ compressionLevel: 0 }).toBuffer();
  const carrier = codecs.sharp(embedMetadata(png, 'png', metadata), {
    limitInputPixels: false,
    unlimited: true,
  });
  return inOwnModel(carrier, pixels).keepMetadata();
}

/** oxipng must know of the profile: numbers that a profile describes as RGB may not become grey. */
async function encodePng(
  pixels: Pixels,
  { options, encoder }: Settings,
  metadata: Metadata,
  codecs: Codecs,
): Promise<Uint8Array> {
  const sharp = options['palette'] === true ? paletteBuild(pixels, 'png', codecs) : codecs.sharp;
  const png = embedMetadata(await open(pixels, sharp).png(options).toBuffer(), 'png', metadata);
  if (!encoder.endsWith('oxipng')) return png;
  const { losslessCompressPng } = await import('@napi-rs/image');
  return losslessCompressPng(png, { strip: false, ...(pixels.icc === undefined ? {} : sameModel) });
}

const sameModel = { grayscaleReduction: false, colorTypeReduction: false };
