import { expect, it } from 'vitest';
import { testPool } from '../../fixtures/pools.ts';

it.each(['hang', 'hang and ignore signals', 'wait'])(
  'a job that takes longer than its limit (%s) ends its worker',
  async (name) => {
    const { run, pool, pids } = testPool('moods', {
      limits: { jobMs: ({ bytes }) => (bytes === 1 ? 100 : 60_000) },
    });
    await run('warm up');
    await expect(run(name, { bytes: new Uint8Array(1) })).rejects.toMatchObject({
      code: 'worker-timed-out',
      retriable: true,
      message: expect.stringContaining('0.1 s') as string,
    });
    expect((await run('fine')).report.worker.pid).toBe(pids[1]);
    expect(pool.stats().terminations).toEqual({ 'timed-out': 1 });
  },
);
