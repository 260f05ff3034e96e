import { expect, it } from 'vitest';
import { isAlive } from '../../fixtures/processes.ts';
import { testPool } from '../../fixtures/pools.ts';

it('leaves no process behind and takes no more runs', async () => {
  const { run, pool, pids } = testPool('echo', { size: 2 });
  await Promise.all([run('a'), run('b')]);
  await pool.shutdown();
  expect(pids.map(isAlive)).toEqual([false, false]);
  await expect(run('too late')).rejects.toMatchObject({ code: 'cancelled' });
});

it('lets running jobs finish within the grace, and rejects those that wait', async () => {
  const { run, pool, pids } = testPool('moods');
  let shutdown: Promise<void> | undefined;
  const running = run('fine', {
    onStarted() {
      shutdown = pool.shutdown(60_000);
    },
  });
  const waiting = run('waiting');
  await expect(waiting).rejects.toMatchObject({ code: 'cancelled' });
  expect((await running).bytes).toEqual(new Uint8Array([1, 2, 3]));
  await shutdown;
  expect(pids.map(isAlive)).toEqual([false]);
});

it.each(['hang', 'hang and ignore signals'])(
  'ends a worker that hangs (%s) after the grace',
  async (name) => {
    const { run, said, pool, pids } = testPool('moods');
    const rejected = expect(run(name)).rejects.toMatchObject({ code: 'cancelled' });
    await said(`begins ${name}`);
    await Promise.all([rejected, pool.shutdown(20)]);
    expect(pids.map(isAlive)).toEqual([false]);
  },
);

it('ends workers that are only starting', async () => {
  const { run, pool, pids } = testPool('never-ready');
  const waiting = run('a');
  await Promise.all([expect(waiting).rejects.toMatchObject({ code: 'cancelled' }), pool.shutdown()]);
  expect(pids.map(isAlive)).toEqual([false]);
});

it('may be asked for twice', async () => {
  const { run, pool } = testPool('echo');
  await run('a');
  await Promise.all([pool.shutdown(), pool[Symbol.asyncDispose]()]);
  expect(pool.stats().terminations).toEqual({ retired: 1 });
});
