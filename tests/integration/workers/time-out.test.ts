import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, it, onTestFinished } from 'vitest';
import { canPin, cores } from '../../fixtures/cores.ts';
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

it.runIf(canPin)('what a worker waits for a core that others use is not counted (Linux)', async () => {
  const limitMs = 1200;
  const shared = cores.slice(0, 1);
  const { run, pool } = testPool('moods', { cores: shared, limits: { jobMs: () => limitMs } });
  await run('warm up');
  const endless = [process.execPath, '--eval', 'console.log(); for (;;);'];
  const others = Array.from({ length: 3 }, () => spawn('taskset', ['-c', shared.join(), ...endless]));
  onTestFinished(() => {
    for (const other of others) other.kill('SIGKILL');
  });
  await Promise.all(others.map(({ stdout }) => once(stdout, 'data')));
  const startedAt = performance.now();
  // A quarter of the core is the most it can get, and a wait counts when it ends: both leave room on either side.
  await run('compute for 330 ms');
  // Else nobody used the core, and nothing was shown.
  expect(performance.now() - startedAt).toBeGreaterThan(limitMs);
  expect(pool.stats().terminations).toEqual({});
});
