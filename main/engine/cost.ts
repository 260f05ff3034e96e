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
  webp: { fast: 55, balanced: 105, smallest: 300 },
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

/** Pixels of all frames, as far as the header tells; a guess by its bytes where it does not. */
export function pixelsOf(head: SourceHead): number {
  return pixelsOfFrame(head) * (head.frames ?? 1);
}

/** The same of one frame. */
export function pixelsOfFrame({ width, height, bytes }: SourceHead): number {
  return width !== undefined && height !== undefined ? width * height : bytes * pixelsPerByte;
}

/** Pixels that a job has to do with, of all frames that it needs. */
export interface WorkSize {
  /** That are decoded: all where the output may move, else the first. */
  readonly frames: number;
  /** As they are decoded; a drawing is drawn at the size that is wanted. */
  readonly decoded: number;
  /** Once resized, before anything is cropped. */
  readonly resized: number;
}

/** @param formats that the output may get */
export function workSize(head: SourceHead, formats: readonly OutputFormat[], recipe: Recipe): WorkSize {
  const frames = formats.some((to) => formatTraits[to].animation) ? (head.frames ?? 1) : 1;
  const pixels = frames * pixelsOfFrame(head);
  const resized = pixels * growth(head, recipe.resize);
  return { frames, decoded: head.format === 'svg' ? resized : pixels, resized };
}

/**
 * The larger of what goes in and what comes out, pixels: what a time limit is to allow for. No more than the recipe allows,
 * since a picture that has more is refused at once.
 */
export function mostPixels(head: SourceHead, formats: readonly OutputFormat[], recipe: Recipe): number {
  const { decoded, resized } = workSize(head, formats, recipe);
  return Math.min(recipe.pixelLimit, Math.max(decoded, resized));
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
  const { decoded, resized } = workSize(head, formats, recipe);
  const searching = asksForSearch(recipe);
  const costs = formats.map((to) => {
    const searched = searching && formatTraits[to].lossy && !recipe.lossless;
    return encodeCost[to][recipe.effort] * (searched ? searchWork : 1);
  });
  const dearest = Math.max(...costs);
  const losers = costs.reduce((sum, cost) => sum + cost, 0) - dearest;
  return {
    total: (decoded * decodeCost[from] + resized * (dearest + losersShare * losers)) / 1e6,
    kind: `${from} to ${recipe.to === 'best' ? 'best' : formats.join()}`,
  };
}

/** While a picture is scored: planes of a strip of it, bytes a pixel, and the output's own pixels, decoded. */
const stripMemory = 100;
const stripPixels = 4.6e6;
const readBackMemory = 8;

/** While WebAssembly chooses colours, bytes a pixel of all frames, and of one besides (utility/image/palette-build.ts). */
const paletteMemory = 6;
const paletteFrameMemory = 9;

/** A pixel of four channels, as it lies in memory, bytes. */
const shallowPixel = 4;
const deepPixel = 8;

/**
 * Memory one job needs at its worst, bytes: the source in both processes, its pixels decoded, transformed and as the
 * encoder sees them, the measure's planes where a quality is searched for, and what choosing colours takes. A picture
 * over the recipe's limit is refused by its header and never decoded.
 *
 * @param formats that the output may get
 */
export function estimateMemory(head: SourceHead, formats: readonly OutputFormat[], recipe: Recipe): number {
  const { frames, decoded, resized } = workSize(head, formats, recipe);
  const most = Math.max(decoded, resized);
  if (most > recipe.pixelLimit) return 2 * head.bytes;
  const pixels = (isDeep(head, formats, recipe) ? deepPixel : shallowPixel) * (decoded + 2 * most);
  // Moving pictures are not searched.
  const searching = asksForSearch(recipe) && frames === 1;
  const scored = searching ? readBackMemory * resized + stripMemory * Math.min(resized, stripPixels) : 0;
  const choosesColours = formats.some((to) => to === 'gif' || (to === 'png' && recipe.palette));
  const palette = choosesColours ? (paletteMemory + paletteFrameMemory / frames) * resized : 0;
  // Whole bytes: what is taken and given back must come to nothing again, which sums of fractions do not.
  return Math.ceil(2 * head.bytes + pixels + scored + palette);
}

/** Whether pixels keep more than 8 bits a channel from the decoder to the encoder. */
function isDeep({ bitDepth }: SourceHead, formats: readonly OutputFormat[], { palette }: Recipe): boolean {
  return !palette && (bitDepth ?? 16) > 8 && formats.every((to) => formatTraits[to].deep);
}

/**
 * How many times its pixels a picture has once it is resized and before it is cropped: what `targetSize` of the worker
 * does, but for rounding.
 */
function growth({ width, height }: SourceHead, resize: Recipe['resize']): number {
  if (resize === undefined || width === undefined || height === undefined) return 1;
  const limit = resize.enlarge ? Infinity : 1;
  const [across, down] = stretches(width, height, resize);
  if (resize.width === undefined || resize.height === undefined || resize.fit === 'inside') {
    return Math.min(limit, across, down) ** 2;
  }
  if (resize.fit === 'stretch') return Math.min(limit, across) * Math.min(limit, down);
  return Math.min(limit, Math.max(across, down)) ** 2;
}

/** How much wider and higher the recipe's size is than the picture. */
function stretches(
  width: number,
  height: number,
  { longestEdge, percent, megapixels, ...box }: NonNullable<Recipe['resize']>,
): readonly [number, number] {
  const same = (scale: number) => [scale, scale] as const;
  if (longestEdge !== undefined) return same(longestEdge / Math.max(width, height));
  if (percent !== undefined) return same(percent / 100);
  if (megapixels !== undefined) return same(Math.sqrt((megapixels * 1e6) / (width * height)));
  return [(box.width ?? Infinity) / width, (box.height ?? Infinity) / height];
}
