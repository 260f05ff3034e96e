import type { OutputFormat } from '../../contract/formats.ts';
import type { Recipe } from '../../contract/recipe.ts';
import type { Report } from '../../contract/report.ts';

export type Settings = Report['settings'];

/** What a search may turn at an encoder. */
export interface Setting {
  /** The encoder's own scale, 1 to 100; whole numbers but for JPEG XL. */
  readonly quality: number;
  /**
   * Colour as sharp as light: 4:4:4 in JPEG, libwebp's sharp YUV in WebP. Costs bytes or time, and reaches scores that
   * halved colour cannot.
   */
  readonly fineColour: boolean;
  /** The score it is for; undefined where a person named the quality. JPEG takes the tables that it needs fewest bytes with. */
  readonly forScore?: number | undefined;
  /**
   * JPEG with yet other quantisation tables, WebP with more effort and its filter
   * tried out, AVIF with halved colour: steps of quality that lie between the usual ones, and seldom take more bytes.
   */
  readonly between?: boolean;
}

/** What the encoder gets besides the recipe. */
export interface Task extends Setting {
  /** Of the output, all frames: AVIF's speed depends on it. */
  readonly pixels: number;
  /** Of many that will be thrown away: the same pixels come out, with more bytes and sooner. */
  readonly draft?: boolean;
}

/** Whether a PNG gets at most 256 colours. Who asks for no loss besides gets that: colours stay as they are. */
export function makesPalette({ palette, lossless }: Recipe): boolean {
  return palette && !lossless;
}

/** JPEG whose coefficients stay as they are. */
export function coefficientSettings({ effort }: Recipe): Settings {
  return { encoder: 'mozjpeg, the same coefficients', lossless: true, effort, options: {} };
}

/**
 * What a recipe means to each encoder. Plain JPEG and WebP at `balanced` are sharp's own `jpeg({ quality, mozjpeg: true })`
 * and `webp({ quality })`. For AVIF see `avifEffort`.
 */
export function settingsFor(to: OutputFormat, recipe: Recipe, task: Task): Settings {
  const { effort, lossless } = recipe;
  const { quality, fineColour, forScore, between = false, draft = false } = task;
  const pick = <T>(fast: T, balanced: T, smallest: T): T => ({ fast, balanced, smallest })[effort];
  switch (to) {
    case 'jpeg': {
      const colour = fineColour ? { chromaSubsampling: '4:4:4' } : {};
      const tables = forScore === undefined ? {} : { quantisationTable: jpegTable(forScore, between) };
      const mozjpeg = pick(false, true, true);
      // Scans are another order of the same coefficients: a draft does not look for the best one.
      const order = mozjpeg && draft ? { optimiseScans: false } : {};
      return {
        encoder: pick('libjpeg', 'mozjpeg', 'mozjpeg'),
        quality,
        lossless: false,
        effort,
        options: { quality, mozjpeg, ...order, ...colour, ...tables },
      };
    }
    case 'png':
      if (makesPalette(recipe)) {
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
    case 'webp': {
      const colour = fineColour ? { smartSubsample: true } : {};
      const filter = between ? { smartDeblock: true } : {};
      return {
        encoder: 'libwebp',
        ...(lossless ? {} : { quality }),
        lossless,
        effort,
        options: {
          ...(lossless ? { lossless, exact: true } : { quality, ...colour, ...filter }),
          effort: between ? pick(4, 6, 6) : pick(2, 4, 6),
        },
      };
    }
    case 'avif':
      return {
        encoder: 'libaom',
        quality,
        lossless: false,
        effort,
        options: {
          quality,
          effort: avifEffort(effort, task.pixels),
          chromaSubsampling: between ? '4:2:0' : '4:4:4',
        },
      };
    case 'jxl':
      return {
        encoder: 'libjxl',
        ...(lossless ? {} : { quality }),
        lossless,
        effort,
        options: { effort: pick(3, 5, 7), ...(lossless ? {} : { distance: jxlDistance(quality) }) },
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

/** The score from which JPEG's table 2 needs fewer bytes than table 5. */
export const tablesMeet = 82;

/**
 * Of mozjpeg's quantisation tables, 5 (Klein, Silverstein and Carney) needs the fewest bytes for a low score and 2 (tuned
 * for MS-SSIM) for a high one; its own choice, 3, always needs more (docs/QUALITY.md). The other one has its steps
 * elsewhere, so it serves between them.
 */
function jpegTable(score: number, between: boolean): number {
  return score < tablesMeet === between ? 2 : 5;
}

/**
 * What libjxl makes of a quality (JxlEncoderDistanceFromQuality): Butteraugli's distance, to four digits. A quality itself
 * can only be told in whole numbers.
 */
function jxlDistance(quality: number): number {
  const distance =
    quality >= 30 ? 0.1 + (100 - quality) * 0.09 : (53 / 3000) * quality ** 2 - (23 / 20) * quality + 25;
  return quality >= 100 ? 0 : Number(distance.toFixed(4));
}

/** Where a picture takes so long at effort 2 that the tenth of its bytes is not worth the wait. */
const avifPatience = 16e6;

/**
 * The efforts where more time buys fewer bytes: 0 is as fast as mozjpeg, 2 takes ten times as long for a tenth of the
 * bytes, 3 a little more of both, and 4, which is libaom's own choice, ten times that for files that are smaller for some
 * pictures and larger for others (docs/QUALITY.md).
 */
function avifEffort(effort: Recipe['effort'], pixels: number): number {
  if (effort === 'fast') return 0;
  if (effort === 'smallest') return 3;
  return pixels > avifPatience ? 0 : 2;
}

/** The source's own bytes, because its format knows no encoding without a loss. */
export function untouched({ effort }: Recipe): Settings {
  return { encoder: 'none', lossless: true, effort, options: {} };
}
