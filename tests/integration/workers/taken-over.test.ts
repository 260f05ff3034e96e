import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';
import { testPool } from '../../fixtures/pools.ts';
import { temporaryFolder } from '../../fixtures/temporary-folder.ts';

// A worker that a picture has taken over writes to its channel what it likes. Whatever that is, only its attempt is lost.

/** What is written, and how the worker ends. */
const bursts = [
  ['random bytes', 'spoke-garbage'],
  ['text without end', 'spoke-garbage'],
  ['no JSON', 'spoke-garbage'],
  ['what V8 cannot bear', 'spoke-garbage'],
  ['half a message and the end', 'exited'],
  ['half a message and no more', 'exited'],
] as const;
/** Nobody can know that no more will come. */
const endless = ['bytes without end', 'timed-out'] as const;

const limits = { backOffMs: () => 1 };

describe.each([...bursts, endless])('%s', (what, end) => {
  it('in the middle of a job costs that attempt', async () => {
    const { run, pool, pids } = testPool('taken-over', { limits: { ...limits, jobMs: () => 2000 } });
    await expect(run(what)).rejects.toMatchObject({
      code: `worker-${end}`,
      retriable: true,
    });
    expect((await run('fine')).report.worker.pid).toBe(pids[1]);
    expect(pool.stats().terminations).toEqual({ [end]: 1 });
  });
});

it.each(bursts)('%s between two jobs costs no attempt once it is known', async (what, end) => {
  const { run, pool, pids, ended } = testPool('taken-over', { limits });
  await run(`after: ${what}`);
  await ended(1);
  expect((await run('fine')).report.worker.pid).toBe(pids[1]);
  expect(pool.stats().terminations).toEqual({ [end]: 1 });
});

it.each([...bursts, endless])('%s before hello: the pool stops after three', async (what, end) => {
  const entry = join(await temporaryFolder(), 'worker.mjs');
  const burst = pathToFileURL(join(import.meta.dirname, '../../fixtures/workers/burst.ts')).href;
  await writeFile(entry, `import { burst } from '${burst}';\nburst('${what}');\n`);
  const { run, pool } = testPool(entry, {
    limits: { ...limits, startMs: end === 'timed-out' ? 1000 : 30_000 },
  });
  await expect(run('a')).rejects.toMatchObject({ code: 'workers-cannot-start' });
  expect(pool.stats().terminations).toEqual({ [end]: 3 });
});

it('bytes that were announced and do not come take no memory', async () => {
  const { run } = testPool('taken-over', { limits: { ...limits, jobMs: () => 2000 } });
  await run('fine');
  const before = process.memoryUsage();
  await expect(run('bytes without end')).rejects.toMatchObject({ code: 'worker-timed-out' });
  const after = process.memoryUsage();
  expect(after.rss - before.rss).toBeLessThan(100e6);
  expect(after.arrayBuffers - before.arrayBuffers).toBeLessThan(200e6);
});
