import { expect, it } from 'vitest';
import { testPool } from '../../fixtures/pools.ts';

it('runs every job once, one at a time on each worker, and gives bytes back as they were', async () => {
  const { run, pool, pids } = testPool('echo', { size: 2 });
  const started: number[] = [];
  const results = await Promise.all(
    Array.from({ length: 200 }, (_, index) =>
      run(`job ${String(index)}`, {
        bytes: new Uint8Array(1000).fill(index),
        onStarted: () => started.push(index),
      }),
    ),
  );
  expect(started.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 200 }, (_, index) => index));
  expect(results.map((result) => result.bytes)).toEqual(
    Array.from({ length: 200 }, (_, index) => new Uint8Array(1000).fill(index)),
  );
  expect(pids).toHaveLength(2);
  // The second worker may say hello when the first has done them all.
  for (const result of results) expect(pids).toContain(result.report.worker.pid);
  expect(pool.stats()).toMatchObject({
    starts: 2,
    recycles: 0,
    terminations: {},
    cpuMs: 200,
    wait: { count: 200 },
    run: { count: 200 },
  });
  expect(pool.stats().wait.max).toBeGreaterThan(pool.stats().run.p50);
});

it('starts no more workers than there are jobs', async () => {
  const { run, pids } = testPool('echo', { size: 4 });
  await run('only one');
  await run('and another');
  expect(pids).toHaveLength(1);
});

it("passes on the worker's own judgement and keeps the worker", async () => {
  const { run, pids } = testPool('moods');
  await expect(run('refuse')).rejects.toMatchObject({ code: 'damaged-image', message: 'refuse is damaged.' });
  await run('fine');
  expect(pids).toHaveLength(1);
});

it('carries a large source both ways', async () => {
  const { run } = testPool('echo');
  const bytes = new Uint8Array(30e6).map((_, index) => index * 7);
  expect(Buffer.compare((await run('large', { bytes })).bytes ?? new Uint8Array(), bytes)).toBe(0);
});
