import { expect, it } from 'vitest';
import { runCampaign } from '../faults/campaign.ts';

// The short version of `npm run faults`: the same rounds, fewer of them.
it('loses nothing in a dozen rounds of faults', { timeout: 300_000 }, async () => {
  const results = await runCampaign({ rounds: 12, seed: 20_261_123, onRound: () => undefined });
  expect(results.filter(({ problems }) => problems.length > 0)).toEqual([]);
  expect(results.filter(({ hit }) => hit).length).toBeGreaterThan(3);
});
