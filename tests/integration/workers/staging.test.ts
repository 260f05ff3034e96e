import { describe, expect, it } from 'vitest';
import { testPool, type TestPool } from '../../fixtures/pools.ts';

// With one worker: the first run is worked on, the second has been sent to it, two wait in the pool.

/** Starts a run that lasts until `release`, and three more behind it. */
async function busyWorker(pool: TestPool, first: string, rest: readonly string[]) {
  const controllers = new Map<string, AbortController>();
  const runs = new Map<string, Promise<unknown>>();
  for (const name of [first, ...rest]) {
    const controller = new AbortController();
    controllers.set(name, controller);
    const run = pool.run(name, { signal: controller.signal });
    // Looked at below, one by one.
    run.catch(() => undefined);
    runs.set(name, run);
    if (name === first) await pool.said(`begins ${first}`);
  }
  return {
    run: (name: string) => runs.get(name) ?? Promise.reject(new Error(name)),
    cancel: (name: string) => controllers.get(name)?.abort(),
  };
}

/** What has begun, once the last has: an answer may be here before what its worker wrote to another pipe. */
async function begun(pool: TestPool, last: string): Promise<string[]> {
  await pool.said(`begins ${last}`);
  return pool.log
    .map(({ message }) => /begins (.*)$/.exec(message)?.[1])
    .filter((name) => name !== undefined);
}

describe('a run whose bytes its worker has already', () => {
  it('begins when the one before is over, on the same worker', async () => {
    const pool = testPool('moods');
    const busy = await busyWorker(pool, 'wait until cancelled', ['second', 'third', 'fourth']);
    expect(await begun(pool, 'wait until cancelled')).toEqual(['wait until cancelled']);
    busy.cancel('wait until cancelled');
    await Promise.all(['second', 'third', 'fourth'].map((name) => busy.run(name)));
    expect(await begun(pool, 'fourth')).toEqual(['wait until cancelled', 'second', 'third', 'fourth']);
    expect(pool.pids).toHaveLength(1);
  });

  it('is never begun once it was cancelled', async () => {
    const pool = testPool('moods');
    const busy = await busyWorker(pool, 'wait until cancelled', ['second', 'third', 'fourth']);
    busy.cancel('second');
    await expect(busy.run('second')).rejects.toMatchObject({ code: 'cancelled' });
    busy.cancel('wait until cancelled');
    await Promise.all([busy.run('third'), busy.run('fourth')]);
    expect(await begun(pool, 'fourth')).toEqual(['wait until cancelled', 'third', 'fourth']);
    expect(pool.pids).toHaveLength(1);
  });

  it('goes to the next worker, and first, when its own dies', async () => {
    const pool = testPool('moods');
    const busy = await busyWorker(pool, 'wait', ['second', 'third', 'fourth']);
    const [pid] = pool.pids;
    process.kill(pid ?? 0, 'SIGKILL');
    await expect(busy.run('wait')).rejects.toMatchObject({ code: 'worker-crashed' });
    await Promise.all(['second', 'third', 'fourth'].map((name) => busy.run(name)));
    expect(await begun(pool, 'fourth')).toEqual(['wait', 'second', 'third', 'fourth']);
    expect(pool.pids).toHaveLength(2);
  });

  it('goes to the next worker when its own is replaced', async () => {
    const pool = testPool('moods', { limits: { maxResidentBytes: 1e12 } });
    const grown = await busyWorker(pool, 'wait until cancelled', ['grow', 'third', 'fourth', 'fifth']);
    grown.cancel('wait until cancelled');
    await Promise.all(['grow', 'third', 'fourth', 'fifth'].map((name) => grown.run(name)));
    expect(await begun(pool, 'fifth')).toEqual(['wait until cancelled', 'grow', 'third', 'fourth', 'fifth']);
    expect(pool.pids).toHaveLength(2);
  });

  it('is cancelled with the pool', async () => {
    const pool = testPool('moods');
    const busy = await busyWorker(pool, 'wait', ['second', 'third', 'fourth']);
    await pool.pool.shutdown();
    for (const name of ['wait', 'second', 'third', 'fourth'])
      await expect(busy.run(name)).rejects.toMatchObject({ code: 'cancelled' });
  });
});
