import { formatTraits, type InputFormat, type OutputFormat } from '../../contract/formats.ts';
import { asksForSearch } from '../../contract/quality.ts';
import type { Recipe } from '../../contract/recipe.ts';
import type { SourceHead } from './world.ts';

/**
 * Milliseconds per megapixel on one core, before anything has been measured here. Only ratios matter: they order
 * jobs and weigh the first guess of the time left. Source: docs/decisions/0006-cost-model.md.
 */
const decodeCost: Readonly<Record<InputFormat, number>> = {
  jpeg: 5,
  png: 14,
  webp: 25,
  avif: 60,
  gif: 20,
  tiff: 8,
  svg: 50,
  heic: 250,
  jxl: 100,
};

const encodeCost: Readonly<Record<OutputFormat, Readonly<Record<Recipe['effort'], number>>>> = {
  jpeg: { fast: 15, balanced: 80, smallest: 80 },
  png: { fast: 60, balanced: 1000, smallest: 2000 },
  webp: { fast: 55, balanced: 125, smallest: 300 },
  avif: { fast: 105, balanced: 650, smallest: 2500 },
  jxl: { fast: 170, balanced: 400, smallest: 700 },
  gif: { fast: 200, balanced: 400, smallest: 600 },
  tiff: { fast: 20, balanced: 50, smallest: 50 },
};

/** What a job will take of one core, milliseconds. */
export interface Cost {
  readonly total: number;
  /** Jobs of one kind share their measured speed. */
  readonly kind: string;
}

/** The guess for a source whose header did not tell its size: a compressed photograph has about 2.5 bits a pixel. */
const pixelsPerByte = 3;

/** Pixels of one frame. */
export function pixelsOf(head: SourceHead): number {
  if (head.width !== undefined && head.height !== undefined) return head.width * head.height;
  return head.bytes * pixelsPerByte;
}

/** Whole encodes' worth of work that a search takes, with its scoring. The report tells the true one. */
const searchWork = 3;

/** Of a race between formats, what those cost that lose: a look at a part of the picture. */
const losersShare = 0.5;

/** @param formats that the output may get: one, unless the best is looked for */
export function estimateCost(
  head: SourceHead,
  from: InputFormat,
  formats: readonly OutputFormat[],
  recipe: Recipe,
): Cost {
  const megapixels = pixelsOf(head) / 1e6;
  const kept = outputPixels(head, recipe) / 1e6;
  const searching = asksForSearch(recipe);
  const costs = formats.map((to) => {
    const searched = searching && formatTraits[to].lossy && !recipe.lossless;
    return encodeCost[to][recipe.effort] * (searched ? searchWork : 1);
  });
  const dearest = Math.max(...costs);
  const losers = costs.reduce((sum, cost) => sum + cost, 0) - dearest;
  return {
    total: megapixels * decodeCost[from] + kept * (dearest + losersShare * losers),
    kind: `${from} to ${recipe.to === 'best' ? 'best' : formats.join()}`,
  };
}

/** While a picture is scored: planes of a strip of it, bytes a pixel, and the output's own pixels, decoded. */
const stripMemory = 100;
const stripPixels = 4.6e6;
const readBackMemory = 8;

/** While WebAssembly chooses colours, bytes a pixel of the output (utility/image/palette-build.ts). */
const paletteMemory = 15;

/**
 * Memory one job needs at its worst, bytes: the source in both processes, its pixels decoded, transformed and as the
 * encoder sees them, 4 bytes each, the measure's planes where a quality is searched for, and what choosing colours
 * takes. A picture over the recipe's limit is refused by its header and never decoded.
 *
 * @param formats that the output may get
 */
export function estimateMemory(head: SourceHead, formats: readonly OutputFormat[], recipe: Recipe): number {
  const pixels = pixelsOf(head);
  if (pixels > recipe.pixelLimit) return 2 * head.bytes;
  const searching = asksForSearch(recipe);
  const kept = outputPixels(head, recipe);
  const scored = searching ? readBackMemory * kept + stripMemory * Math.min(kept, stripPixels) : 0;
  const choosesColours = formats.some((to) => to === 'gif' || (to === 'png' && recipe.palette));
  const palette = choosesColours ? paletteMemory * kept : 0;
  // Whole bytes: what is taken and given back must come to nothing again, which sums of fractions do not.
  return Math.ceil(2 * head.bytes + 3 * 4 * pixels + scored + palette);
}

/** Pixels of the output, near enough for a cost. */
function outputPixels(head: SourceHead, recipe: Recipe): number {
  const pixels = pixelsOf(head);
  const { resize } = recipe;
  if (resize === undefined || head.width === undefined || head.height === undefined) return pixels;
  const scale = resizeScale(head.width, head.height, resize);
  return resize.enlarge ? pixels * scale * scale : pixels * Math.min(1, scale * scale);
}

function resizeScale(width: number, height: number, resize: NonNullable<Recipe['resize']>): number {
  if (resize.longestEdge !== undefined) return resize.longestEdge / Math.max(width, height);
  if (resize.percent !== undefined) return resize.percent / 100;
  if (resize.megapixels !== undefined) return Math.sqrt((resize.megapixels * 1e6) / (width * height));
  return Math.min((resize.width ?? Infinity) / width, (resize.height ?? Infinity) / height);
}
