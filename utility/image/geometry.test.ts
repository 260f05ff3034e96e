import { describe, expect, it } from 'vitest';
import { parseRecipe, type RecipeInput } from '../../contract/recipe.ts';
import { svgDensity } from './decode.ts';
import { changesGeometry, targetSize, type Size } from './geometry.ts';

const landscape: Size = { width: 4000, height: 3000 };
const portrait: Size = { width: 3000, height: 4000 };
const tiny: Size = { width: 16, height: 4 };

type ResizeInput = NonNullable<RecipeInput['resize']>;

const table: readonly (readonly [Size, ResizeInput, scaled: string, size: string])[] = [
  [landscape, { width: 1000 }, '1000x750', '1000x750'],
  [landscape, { height: 1000 }, '1333x1000', '1333x1000'],
  [landscape, { width: 1000, height: 1000 }, '1000x750', '1000x750'],
  [landscape, { width: 1000, height: 1000, fit: 'cover' }, '1333x1000', '1000x1000'],
  [portrait, { width: 1000, height: 1000, fit: 'cover' }, '1000x1333', '1000x1000'],
  [landscape, { width: 1000, height: 1000, fit: 'stretch' }, '1000x1000', '1000x1000'],
  [landscape, { longestEdge: 2000 }, '2000x1500', '2000x1500'],
  [portrait, { longestEdge: 2000 }, '1500x2000', '1500x2000'],
  [landscape, { percent: 50 }, '2000x1500', '2000x1500'],
  [landscape, { percent: 0.1 }, '4x3', '4x3'],
  [landscape, { megapixels: 3 }, '2000x1500', '2000x1500'],
  // Never enlarged unless asked, in any way of asking.
  [tiny, { width: 100 }, '16x4', '16x4'],
  [tiny, { longestEdge: 100 }, '16x4', '16x4'],
  [tiny, { percent: 200 }, '16x4', '16x4'],
  [tiny, { megapixels: 1 }, '16x4', '16x4'],
  [tiny, { width: 8, height: 8, fit: 'cover' }, '16x4', '8x4'],
  [tiny, { width: 100, height: 2, fit: 'stretch' }, '16x2', '16x2'],
  [tiny, { width: 100, enlarge: true }, '100x25', '100x25'],
  [tiny, { percent: 200, enlarge: true }, '32x8', '32x8'],
  [tiny, { width: 10, height: 10, fit: 'cover', enlarge: true }, '40x10', '10x10'],
  [tiny, { width: 5, height: 50, fit: 'stretch', enlarge: true }, '5x50', '5x50'],
  // An edge never vanishes.
  [{ width: 1000, height: 1 }, { longestEdge: 10 }, '10x1', '10x1'],
];

function text({ width, height }: Size): string {
  return `${String(width)}x${String(height)}`;
}

describe('target size', () => {
  it.each(table)('of %o with %o', (source, resize, scaled, size) => {
    const geometry = targetSize(source, parseRecipe({ resize }).resize);
    expect(text(geometry.scaled)).toBe(scaled);
    expect(text(geometry.size)).toBe(size);
  });

  it('is the own size without a wish', () => {
    expect(targetSize(landscape, undefined).size).toEqual(landscape);
  });

  it.each<readonly [RecipeInput, boolean]>([
    [{}, false],
    [{ resize: { longestEdge: 5000 } }, false],
    [{ resize: { longestEdge: 1000 } }, true],
    [{ rotate: 90 }, true],
    [{ flip: 'vertical' }, true],
  ])('%o changes a picture of 4000x3000: %s', (recipe, changes) => {
    expect(changesGeometry(landscape, parseRecipe(recipe))).toBe(changes);
  });
});

describe('the density of a drawing', () => {
  it.each<readonly [RecipeInput, number]>([
    [{}, 72],
    [{ resize: { percent: 50 } }, 36],
    [{ resize: { width: 400, enlarge: true } }, 288],
    // Stretched, it is drawn large enough for both edges.
    [{ resize: { width: 100, height: 300, fit: 'stretch', enlarge: true } }, 216],
  ])('of 100x100 with %o is %i dots an inch', (recipe, density) => {
    expect(svgDensity({ width: 100, height: 100 }, parseRecipe(recipe))).toBe(density);
  });
});
