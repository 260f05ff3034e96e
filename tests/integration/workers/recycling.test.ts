import { expect, it } from 'vitest';
import { createFakeClock } from '../../fixtures/fake-clock.ts';
import { isAlive } from '../../fixtures/processes.ts';
import { testPool } from '../../fixtures/pools.ts';

it('replaces a worker after its number of jobs', async () => {
  const { run, pids, pool } = testPool('echo', { limits: { maxJobs: 3 } });
  const workers: number[] = [];
  for (let job = 0; job < 7; job += 1) workers.push((await run('a')).report.worker.pid);
  expect(pids).toHaveLength(3);
  expect(workers.map((pid) => pids.indexOf(pid))).toEqual([0, 0, 0, 1, 1, 1, 2]);
  expect(pool.stats()).toMatchObject({ recycles: 2, terminations: { retired: 2 } });
});

it('replaces a worker whose memory has grown', async () => {
  const { run, pids, pool } = testPool('moods');
  await run('grow');
  expect((await run('fine')).report.worker.pid).toBe(pids[1]);
  expect(pool.stats()).toMatchObject({ recycles: 1, terminations: { retired: 1 } });
});

it('ends a worker that has had nothing to do for a while, and starts another when there is work', async () => {
  const clock = createFakeClock();
  const { run, pids, ended, pool } = testPool('echo', { clock, limits: { idleMs: 30_000 } });
  await run('a');
  clock.advance(29_000);
  await run('b');
  clock.advance(29_000);
  expect(pids.map(isAlive)).toEqual([true]);
  clock.advance(1_000);
  await ended(1);
  expect((await run('c')).report.worker.pid).toBe(pids[1]);
  expect(pids).toHaveLength(2);
  expect(pool.stats()).toMatchObject({ recycles: 0, terminations: { retired: 1 } });
});

it('ends a worker that does not finish when it is asked to', async () => {
  const clock = createFakeClock();
  const { run, ended, pool } = testPool('reluctant', { clock, limits: { idleMs: 30_000, drainMs: 2_000 } });
  await run('a');
  clock.advance(30_000);
  clock.advance(2_000);
  await ended(1);
  await run('b');
  const down = pool.shutdown();
  clock.advance(2_000);
  await down;
  expect(pool.stats().terminations).toEqual({ retired: 2 });
});
