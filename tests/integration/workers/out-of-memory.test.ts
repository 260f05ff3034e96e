import { expect, it } from 'vitest';
import { testPool } from '../../fixtures/pools.ts';

it('a worker whose heap is full is told apart from one that crashes', async () => {
  const { run, pool } = testPool('moods', { heapMegabytes: 48 });
  await expect(run('eat the heap')).rejects.toMatchObject({ code: 'worker-out-of-memory', retriable: true });
  expect(pool.stats().terminations).toEqual({ 'out-of-memory': 1 });
  await run('fine');
});
