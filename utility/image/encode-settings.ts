import type { OutputFormat } from '../../contract/formats.ts';
import type { Recipe } from '../../contract/recipe.ts';
import type { Report } from '../../contract/report.ts';

export type Settings = Report['settings'];

/**
 * What a recipe means to each encoder. `balanced` WebP and JPEG are sharp's own `webp({ quality })` and
 * `jpeg({ quality, mozjpeg: true })`. AVIF's efforts are those where more time bought fewer bytes: libaom's speed 4 is
 * slower than 3 and its files are larger.
 *
 * @param coefficients the JPEG's own coefficients may stay: a lossless JPEG is possible
 */
export function settingsFor(to: OutputFormat, recipe: Recipe, coefficients: boolean): Settings {
  const { effort, quality, lossless, palette } = recipe;
  const pick = <T>(fast: T, balanced: T, smallest: T): T => ({ fast, balanced, smallest })[effort];
  switch (to) {
    case 'jpeg':
      if (coefficients) {
        return { encoder: 'mozjpeg, the same coefficients', lossless: true, effort, options: {} };
      }
      return {
        encoder: pick('libjpeg', 'mozjpeg', 'mozjpeg'),
        quality,
        lossless: false,
        effort,
        options: { quality, mozjpeg: pick(false, true, true) },
      };
    case 'png':
      if (palette) {
        return {
          encoder: pick('libimagequant', 'libimagequant, oxipng', 'libimagequant, oxipng'),
          quality,
          lossless: false,
          effort,
          options: { palette: true, quality, effort: pick(4, 7, 10) },
        };
      }
      return {
        encoder: pick('libpng', 'oxipng', 'oxipng'),
        lossless: true,
        effort,
        // oxipng compresses anew whatever it gets; for it, little work is enough here.
        options: { compressionLevel: pick(6, 1, 1) },
      };
    case 'webp':
      return {
        encoder: 'libwebp',
        ...(lossless ? {} : { quality }),
        lossless,
        effort,
        options: { ...(lossless ? { lossless, exact: true } : { quality }), effort: pick(2, 4, 6) },
      };
    case 'avif':
      return {
        encoder: 'libaom',
        quality,
        lossless: false,
        effort,
        options: { quality, effort: pick(0, 2, 3), chromaSubsampling: '4:4:4' },
      };
    case 'jxl':
      return {
        encoder: 'libjxl',
        ...(lossless ? {} : { quality }),
        lossless,
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

/** The source's own bytes, because its format knows no encoding without a loss. */
export function untouched({ effort }: Recipe): Settings {
  return { encoder: 'none', lossless: true, effort, options: {} };
}
