import { describe, expect, it } from 'vitest';
import { isAlive } from '../../fixtures/processes.ts';
import { testPool } from '../../fixtures/pools.ts';

describe('cancelling', () => {
  it.each(['hang', 'hang and ignore signals', 'wait'])(
    'a job whose worker does not listen (%s) rejects within 200 ms and ends the worker',
    async (name) => {
      const { run, said, pids, ended, pool } = testPool('moods');
      const controller = new AbortController();
      const attempt = run(name, { signal: controller.signal });
      const rejected = expect(attempt).rejects.toMatchObject({ code: 'cancelled' });
      await said(`begins ${name}`);
      const cancelledAt = performance.now();
      controller.abort();
      await rejected;
      expect(performance.now() - cancelledAt).toBeLessThan(200);
      await ended(1);
      expect(isAlive(pids[0] ?? 0)).toBe(false);
      expect((await run('fine')).report.worker.pid).toBe(pids[1]);
      expect(pool.stats().terminations).toEqual({ killed: 1 });
    },
  );

  it('keeps a worker that stops when it is told to', async () => {
    const { run, said, pids } = testPool('moods');
    const controller = new AbortController();
    const attempt = run('wait until cancelled', { signal: controller.signal });
    const rejected = expect(attempt).rejects.toMatchObject({ code: 'cancelled' });
    await said('begins wait until cancelled');
    controller.abort();
    await rejected;
    expect((await run('fine')).report.worker.pid).toBe(pids[0]);
    expect(pids).toHaveLength(1);
  });

  it('takes a waiting run out of the line', async () => {
    const { run, pool } = testPool('moods');
    const first = new AbortController();
    const second = new AbortController();
    const running = run('wait until cancelled', { signal: first.signal });
    const waiting = run('never reached', { signal: second.signal });
    second.abort();
    await expect(waiting).rejects.toMatchObject({ code: 'cancelled' });
    first.abort();
    await expect(running).rejects.toMatchObject({ code: 'cancelled' });
    await run('fine');
    expect(pool.stats().wait.count).toBe(1);
  });

  it('refuses a run whose signal has fired', async () => {
    const { run, pids } = testPool('moods');
    await expect(run('fine', { signal: AbortSignal.abort() })).rejects.toMatchObject({ code: 'cancelled' });
    expect(pids).toEqual([]);
  });
});
