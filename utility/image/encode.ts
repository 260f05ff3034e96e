import type { Sharp } from 'sharp';
import type { OutputFormat } from '../../contract/formats.ts';
import type { Recipe } from '../../contract/recipe.ts';
import type { Report } from '../../contract/report.ts';
import type { Codecs } from '../codecs.ts';
import { encodeJxl } from './jxl.ts';
import { embedMetadata } from './metadata/embed.ts';
import type { Metadata } from './metadata/metadata.ts';
import { rawOptions, type Pixels } from './pixels.ts';

type Settings = Report['settings'];

export interface Encoded {
  readonly bytes: Uint8Array;
  readonly settings: Settings;
}

/**
 * Pixels to a file of the given format, with its metadata and profile.
 *
 * @param jpeg the source's own bytes, when they are a JPEG of these very pixels: it can be made smaller without a loss
 */
export async function encode(
  pixels: Pixels,
  to: OutputFormat,
  recipe: Recipe,
  metadata: Metadata,
  jpeg: Uint8Array | undefined,
  codecs: Codecs,
): Promise<Encoded> {
  const settings = settingsFor(to, recipe, jpeg !== undefined);
  return { settings, bytes: await write(pixels, to, settings, metadata, jpeg, codecs) };
}

async function write(
  pixels: Pixels,
  to: OutputFormat,
  settings: Settings,
  metadata: Metadata,
  jpeg: Uint8Array | undefined,
  codecs: Codecs,
): Promise<Uint8Array> {
  const { options } = settings;
  switch (to) {
    case 'jpeg':
      if (settings.lossless && jpeg !== undefined)
        return embedMetadata(await recompress(jpeg), 'jpeg', metadata);
      return embedMetadata(await open(pixels, codecs).jpeg(options).toBuffer(), 'jpeg', metadata);
    case 'png':
      return embedMetadata(await encodePng(pixels, settings, codecs), 'png', metadata);
    case 'webp':
      return embedMetadata(
        await open(pixels, codecs)
          .webp({ ...options, ...timing(pixels) })
          .toBuffer(),
        'webp',
        metadata,
      );
    case 'gif':
      return open(pixels, codecs)
        .gif({ ...options, ...timing(pixels) })
        .toBuffer();
    case 'avif':
      return (await carrying(pixels, metadata, codecs)).avif(options).toBuffer();
    case 'tiff':
      return (await carrying(pixels, metadata, codecs))
        .tiff({ compression: 'deflate', predictor: 'horizontal' })
        .toBuffer();
    case 'jxl':
      return encodeJxl(
        pixels,
        { quality: settings.quality ?? 100, lossless: settings.lossless, effort: Number(options['effort']) },
        metadata,
      );
  }
}

/** What each effort means to each encoder. Measured in docs/decisions/0006-cost-model.md. */
function settingsFor(to: OutputFormat, recipe: Recipe, losslessJpeg: boolean): Settings {
  const { effort, quality } = recipe;
  const pick = <T>(fast: T, balanced: T, smallest: T): T => ({ fast, balanced, smallest })[effort];
  switch (to) {
    case 'jpeg':
      if (recipe.lossless && losslessJpeg) {
        return { encoder: 'mozjpeg, coefficients', lossless: true, effort, options: {} };
      }
      return {
        encoder: effort === 'fast' ? 'libjpeg' : 'mozjpeg',
        quality,
        lossless: false,
        effort,
        options: { quality, ...(effort === 'fast' ? { optimiseCoding: true } : { mozjpeg: true }) },
      };
    case 'png':
      return recipe.palette
        ? {
            encoder: 'libimagequant',
            quality,
            lossless: false,
            effort,
            options: { palette: true, quality, effort: pick(4, 7, 10) },
          }
        : {
            encoder: effort === 'fast' ? 'libpng' : 'oxipng',
            lossless: true,
            effort,
            options: { compressionLevel: pick(6, 6, 9) },
          };
    case 'webp':
      return {
        encoder: 'libwebp',
        ...(recipe.lossless ? {} : { quality }),
        lossless: recipe.lossless,
        effort,
        options: { ...(recipe.lossless ? { lossless: true } : { quality }), effort: pick(2, 4, 6) },
      };
    case 'avif':
      return {
        encoder: 'libaom',
        quality,
        lossless: false,
        effort,
        options: { quality, effort: pick(0, 2, 4), chromaSubsampling: '4:4:4' },
      };
    case 'jxl':
      return {
        encoder: 'libjxl',
        ...(recipe.lossless ? {} : { quality }),
        lossless: recipe.lossless,
        effort,
        options: { effort: pick(3, 5, 7) },
      };
    case 'gif':
      return { encoder: 'cgif', lossless: false, effort, options: { effort: pick(3, 7, 10) } };
    case 'tiff':
      return {
        encoder: 'libtiff',
        lossless: true,
        effort,
        options: { compression: 'deflate', predictor: 'horizontal' },
      };
  }
}

function open(pixels: Pixels, { sharp }: Codecs): Sharp {
  const image = sharp(pixels.data, rawOptions(pixels));
  const deep = pixels.bitDepth === 16;
  if (pixels.channels < 3) image.toColourspace(deep ? 'grey16' : 'b-w');
  else if (deep) image.toColourspace('rgb16');
  return image;
}

function timing(pixels: Pixels): { delay?: number[]; loop?: number } {
  return {
    ...(pixels.delays === undefined ? {} : { delay: [...pixels.delays] }),
    ...(pixels.loop === undefined ? {} : { loop: pixels.loop }),
  };
}

/** AVIF and TIFF get their metadata from libvips, which reads it from an uncompressed PNG. */
async function carrying(pixels: Pixels, metadata: Metadata, codecs: Codecs): Promise<Sharp> {
  if (Object.keys(metadata).length === 0) return open(pixels, codecs);
  const png = await open(pixels, codecs).png({ compressionLevel: 0 }).toBuffer();
  const image = codecs.sharp(embedMetadata(png, 'png', metadata), {
    limitInputPixels: false,
    unlimited: true,
  });
  if (pixels.bitDepth === 16) image.toColourspace(pixels.channels < 3 ? 'grey16' : 'rgb16');
  return image.keepMetadata();
}

async function encodePng(
  pixels: Pixels,
  { options, encoder }: Settings,
  codecs: Codecs,
): Promise<Uint8Array> {
  const png = await open(pixels, codecs).png(options).toBuffer();
  if (encoder !== 'oxipng') return png;
  const { losslessCompressPng } = await import('@napi-rs/image');
  return losslessCompressPng(png, { strip: false });
}

/** The same coefficients, coded anew: every pixel stays as it was. */
async function recompress(jpeg: Uint8Array): Promise<Uint8Array> {
  const { compressJpeg } = await import('@napi-rs/image');
  return compressJpeg(jpeg);
}
