import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { asMillraceError } from '../../contract/errors.ts';
import { parseRecipe } from '../../contract/recipe.ts';
import { runCampaign } from '../fuzz/campaign.ts';
import { makeSeeds, seedKinds } from '../fuzz/seeds.ts';
import { watchedPool } from '../fuzz/watched-pool.ts';

const worker = join(import.meta.dirname, '../../utility/image-worker.ts');
const hostile = join(import.meta.dirname, '../fixtures/hostile');

const perKind = 4;

it('spoiled pictures of every format are converted whole or refused with a reason, and end no worker', async () => {
  const { tallies, killers, violations, longest } = await runCampaign(await makeSeeds(), {
    seed: 'a taste',
    mutants: perKind * seedKinds.length,
    budgetMs: 60_000,
    worker,
    workers: 2,
    limitMs: 20_000,
  });
  expect(violations).toEqual([]);
  expect(killers).toEqual([]);
  expect([...tallies.values()].map(({ mutants }) => mutants)).toEqual(seedKinds.map(() => perKind));
  expect(longest.ms).toBeLessThan(20_000);
});

it('what a campaign found before does no harm any more', async () => {
  const pool = watchedPool(worker, 1, 20_000);
  for (const name of await readdir(hostile)) {
    if (name === 'README.md') continue;
    for (const lossless of [true, false]) {
      const bytes = await readFile(join(hostile, name));
      const params = { name, bytes, recipe: parseRecipe({ to: 'webp', lossless }) };
      const options = { signal: new AbortController().signal, pixels: 1000, formats: ['webp' as const] };
      const result = await pool.run(params, options).catch(asMillraceError);
      if ('code' in result) expect(result).toMatchObject({ code: 'damaged-image' });
      else expect(result.report.output.width).toBeGreaterThan(0);
    }
  }
  expect(pool.stats()).toMatchObject({ starts: 1, terminations: {} });
  expect(await pool.close()).toEqual([]);
});
