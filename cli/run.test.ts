import { expect, it } from 'vitest';
import { parseRecipe } from '../contract/recipe.ts';
import { createMemoryBudget } from '../main/engine/admission.ts';
import { noJournal } from '../main/engine/journal.ts';
import { createMemoryWorld, intake } from '../tests/fixtures/memory-world.ts';
import type { Desk } from './desk.ts';
import { run } from './run.ts';

it('does nothing, and ends, when it was interrupted before it began; a later run has all of it', async () => {
  const world = createMemoryWorld({ instant: true });
  const desk = { world, budget: createMemoryBudget(1e12, 1e12), stats: () => ({}) } as unknown as Desk;
  let isInterrupted = false;
  const journal = { ...noJournal, interrupted: () => (isInterrupted = true) };
  const order = {
    intake: intake('a.jpg'),
    names: ['a.jpg'],
    recipe: parseRecipe({}),
    journal,
    insist: false,
  };
  const silent = { event: () => undefined, log: () => undefined, summary: () => undefined };
  const summary = await run(order, desk, silent, { interrupted: AbortSignal.abort(), stats: false });
  expect(summary).toMatchObject({ interrupted: true, progress: { counts: { total: 0 } } });
  expect(isInterrupted).toBe(true);
  expect(world.heads).toEqual([]);
});
