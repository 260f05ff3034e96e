import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { parseRecipe } from '../../../contract/recipe.ts';
import { systemClock } from '../../../main/engine/clock.ts';
import { createPool } from '../../../main/workers/pool.ts';
import { testPool } from '../../fixtures/pools.ts';

const startSoon = { backOffMs: () => 1 };

describe('workers that die before they are ready', () => {
  it.each([
    ['stillborn', 30_000, 'cannot load the codecs'],
    ['garbage-before-hello', 30_000, 'sent something unreadable'],
    ['other-version', 30_000, 'speaks protocol version 2'],
    ['never-ready', 200, 'was not ready after 0.2 s'],
    ['no-such-program', 30_000, 'ERR_MODULE_NOT_FOUND'],
  ])('%s: the pool stops after three with one clear error', async (fixture, startMs, detail) => {
    const { run, pids, pool } = testPool(fixture, { limits: { ...startSoon, startMs } });
    const results = await Promise.allSettled(
      Array.from({ length: 20 }, (_, index) => run(`job ${String(index)}`)),
    );
    for (const result of results) {
      expect(result).toMatchObject({
        status: 'rejected',
        reason: { code: 'workers-cannot-start', detail: expect.stringContaining(detail) as string },
      });
    }
    expect(pids).toHaveLength(3);
    await expect(run('later')).rejects.toMatchObject({ code: 'workers-cannot-start' });
    await pool.shutdown();
    expect(pids).toHaveLength(3);
  });

  it('are no storm with many slots either', async () => {
    const { run, pids, pool } = testPool('stillborn', { size: 4, limits: startSoon });
    const results = await Promise.allSettled(
      Array.from({ length: 20 }, (_, index) => run(`job ${String(index)}`)),
    );
    expect(results.every((result) => result.status === 'rejected')).toBe(true);
    await pool.shutdown();
    // Four at once; one more for each of the two that died before the third.
    expect(pids.length).toBeLessThanOrEqual(6);
    expect(pool.stats().starts).toBe(pids.length);
  });
});

describe('a program that the system does not start', () => {
  it('is told with the reason of the system', async () => {
    const pool = createPool({
      host: {
        start() {
          throw new Error('spawn EAGAIN');
        },
      },
      clock: systemClock,
      size: 1,
      limits: startSoon,
    });
    await expect(
      pool.run(
        { name: 'a', bytes: new Uint8Array(1), recipe: parseRecipe({}) },
        { signal: new AbortController().signal, pixels: 1, formats: ['png'] },
      ),
    ).rejects.toMatchObject({
      code: 'workers-cannot-start',
      detail: 'The last one could not be started: spawn EAGAIN.',
    });
  });

  it.skipIf(process.platform === 'win32')('is told too when there are no more files to be had', async () => {
    const program = join(import.meta.dirname, '../../fixtures/parent-without-files.ts');
    const limited = ['-c', 'ulimit -n 60; exec "$0" "$1"', process.execPath, program];
    const { stdout } = await promisify(execFile)('sh', limited);
    expect(JSON.parse(stdout)).toMatchObject({
      code: 'workers-cannot-start',
      detail: expect.stringMatching(/^The last one could not be started: spawn .* EMFILE\.$/) as string,
    });
  });
});

it('a worker that is started by hand says what it is', async () => {
  const entry = join(import.meta.dirname, '../../../utility/image-worker.ts');
  await expect(promisify(execFile)(process.execPath, [entry])).rejects.toMatchObject({
    code: 2,
    stderr: expect.stringContaining('This is a worker of Millrace.') as string,
  });
});
