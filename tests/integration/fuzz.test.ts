import { join } from 'node:path';
import { expect, it } from 'vitest';
import { runCampaign } from '../fuzz/campaign.ts';
import { makeSeeds, seedKinds } from '../fuzz/seeds.ts';

const perKind = 6;

it('spoiled pictures of every format are converted whole or refused with a reason, and end no worker', async () => {
  const { tallies, killers, violations, longestMs } = await runCampaign(await makeSeeds(), {
    seed: 'a taste',
    mutants: perKind * seedKinds.length,
    budgetMs: 60_000,
    worker: join(import.meta.dirname, '../../utility/image-worker.ts'),
    workers: 2,
    limitMs: 20_000,
  });
  expect(violations).toEqual([]);
  expect(killers).toEqual([]);
  expect([...tallies.values()].map(({ mutants }) => mutants)).toEqual(seedKinds.map(() => perKind));
  expect(longestMs).toBeLessThan(20_000);
});
