import { describe, expect, it } from 'vitest';
import { parseRecipe, type RecipeInput } from '../../contract/recipe.ts';
import { createMemoryBudget } from './admission.ts';
import { estimateCost, estimateMemory, mostPixels, pixelsOf } from './cost.ts';
import type { SourceHead } from './world.ts';

function head(width: number, height: number, more: Partial<SourceHead> = {}): SourceHead {
  return {
    bytes: 12_345,
    format: 'jpeg',
    width,
    height,
    bitDepth: 8,
    stem: 'a',
    modifiedMs: undefined,
    ...more,
  };
}

it('memory that was taken and given back is nothing again, so that a job that must run alone can start', () => {
  const recipe = parseRecipe({ to: 'webp', resize: { longestEdge: 777 } });
  const budget = createMemoryBudget(1e9, 1e12);
  const taken = [head(1001, 333), head(2003, 7), head(641, 479)].map((each) =>
    estimateMemory(each, ['webp'], recipe),
  );
  for (const memory of taken) budget.admit(memory);
  for (const memory of taken.toReversed()) budget.release(memory);
  const alone = estimateMemory(head(30_000, 21_000), ['webp'], recipe);
  expect(alone).toBeGreaterThan(1e9);
  expect(budget.fits(alone)).toBe(true);
  expect(taken.every(Number.isInteger)).toBe(true);
});

it('choosing colours takes memory of its own, of the output alone', () => {
  const memory = (to: 'png' | 'gif', more: RecipeInput = {}): number =>
    estimateMemory(head(4000, 3000), [to], parseRecipe({ to, ...more }));
  expect(memory('gif')).toBeGreaterThan(memory('png'));
  expect(memory('png', { palette: true })).toBe(memory('gif'));
  expect(memory('gif', { resize: { percent: 50 } })).toBeLessThan(memory('gif'));
});

describe('what a picture is made of', () => {
  const clip = head(800, 600, { format: 'gif', frames: 300 });
  const fixed = parseRecipe({ quality: 80 });

  it('all frames count where the output may move, the first alone where not', () => {
    expect(pixelsOf(clip)).toBe(144e6);
    expect(estimateMemory(clip, ['webp'], fixed)).toBeGreaterThan(3 * 4 * 144e6);
    expect(estimateMemory(clip, ['png'], fixed)).toBeLessThan(10e6);
    expect(estimateMemory(clip, ['png', 'webp'], fixed)).toBeGreaterThan(3 * 4 * 144e6);
    expect(mostPixels(clip, ['webp'], fixed)).toBe(144e6);
    expect(mostPixels(clip, ['png'], fixed)).toBe(480_000);
    const limited = parseRecipe({ quality: 80, pixelLimit: 1e6 });
    expect(mostPixels(clip, ['webp'], limited)).toBe(1e6);
    const cost = (to: 'webp' | 'avif') => estimateCost(clip, 'gif', [to], fixed).total;
    expect(cost('webp')).toBeGreaterThan(10 * cost('avif'));
  });

  it('a picture that grows needs memory for what it becomes, and time', () => {
    const small = head(1000, 500);
    const grown = parseRecipe({ quality: 80, resize: { longestEdge: 10_000, enlarge: true } });
    const kept = parseRecipe({ quality: 80, resize: { longestEdge: 10_000 } });
    expect(estimateMemory(small, ['webp'], grown)).toBeGreaterThan(2 * 4 * 50e6);
    expect(estimateMemory(small, ['webp'], kept)).toBeLessThan(10e6);
    expect(mostPixels(small, ['webp'], grown)).toBe(50e6);
    expect(mostPixels(small, ['webp'], kept)).toBe(0.5e6);
  });

  it.each([
    [{ width: 4000, height: 4000, fit: 'inside' }, 4000 * 2000],
    [{ width: 4000, height: 4000, fit: 'cover' }, 8000 * 4000],
    [{ width: 4000, height: 4000, fit: 'stretch' }, 4000 * 4000],
    [{ width: 4000, fit: 'cover' }, 4000 * 2000],
    [{ height: 4000, fit: 'stretch' }, 8000 * 4000],
    [{ percent: 300 }, 3000 * 1500],
    [{ megapixels: 8 }, 8e6],
  ] as const)('%j makes %i pixels of 1000x500', (resize, pixels) => {
    const recipe = parseRecipe({ resize: { ...resize, enlarge: true } });
    expect(mostPixels(head(1000, 500), ['png'], recipe)).toBeCloseTo(pixels, 3);
  });

  it('a drawing is drawn at the size that is wanted, large or small', () => {
    const drawing = head(100, 100, { format: 'svg' });
    const large = parseRecipe({ to: 'png', resize: { longestEdge: 6000, enlarge: true } });
    expect(estimateMemory(drawing, ['png'], large)).toBeGreaterThan(3 * 4 * 36e6);
    const vast = head(10_000, 10_000, { format: 'svg' });
    const icon = parseRecipe({ to: 'png', resize: { longestEdge: 32 } });
    expect(estimateMemory(vast, ['png'], icon)).toBeLessThan(1e6);
  });

  it('16 bits a channel take twice the memory where the output keeps them', () => {
    const memory = (bitDepth: number | undefined, to: 'png' | 'webp', more: RecipeInput = {}): number =>
      estimateMemory(
        head(4000, 3000, { format: 'tiff', bitDepth }),
        [to],
        parseRecipe({ quality: 80, ...more }),
      );
    const bytes = 2 * 12_345;
    expect(memory(8, 'png')).toBe(bytes + 3 * 4 * 12e6);
    expect(memory(16, 'png')).toBe(bytes + 3 * 8 * 12e6);
    expect(memory(undefined, 'png')).toBe(memory(16, 'png'));
    expect(memory(16, 'webp')).toBe(memory(8, 'webp'));
    expect(memory(16, 'png', { palette: true })).toBe(memory(8, 'png', { palette: true }));
  });
});
