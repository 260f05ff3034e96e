import { expect, it } from 'vitest';
import { parseRecipe, type RecipeInput } from '../../contract/recipe.ts';
import { createMemoryBudget } from './admission.ts';
import { estimateMemory } from './cost.ts';
import type { SourceHead } from './world.ts';

function head(width: number, height: number): SourceHead {
  return { bytes: 12_345, format: 'jpeg', width, height, stem: 'a', modifiedMs: undefined };
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
