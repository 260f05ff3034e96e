import type { InputFormat, OutputFormat } from '../../contract/formats.ts';
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

export function estimateCost(head: SourceHead, from: InputFormat, to: OutputFormat, recipe: Recipe): Cost {
  const megapixels = pixelsOf(head) / 1e6;
  const kept = outputPixels(head, recipe) / 1e6;
  return {
    total: megapixels * decodeCost[from] + kept * encodeCost[to][recipe.effort],
    kind: `${from} to ${to}`,
  };
}

/**
 * Memory one job needs at its worst, bytes: the source in both processes, its pixels decoded, transformed and as the
 * encoder sees them, 4 bytes each. A picture over the recipe's limit is refused by its header and never decoded.
 */
export function estimateMemory(head: SourceHead, recipe: Recipe): number {
  const pixels = pixelsOf(head);
  return 2 * head.bytes + (pixels > recipe.pixelLimit ? 0 : 3 * 4 * pixels);
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
