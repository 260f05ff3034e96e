import { describe, expect, it } from 'vitest';
import { testPool } from '../../fixtures/pools.ts';

describe('a worker that ends in the middle of a job', () => {
  it.each([
    ['crash', 'worker-crashed', 'crashed', 'SIGABRT'],
    ['exit 0', 'worker-exited', 'exited', 'code 0'],
    ['exit 3', 'worker-exited', 'exited', 'code 3'],
    ['exit mid-message', 'worker-exited', 'exited', 'code 3'],
    ['speak garbage', 'worker-spoke-garbage', 'spoke-garbage', 'unreadable'],
    ['answer with nonsense', 'worker-spoke-garbage', 'spoke-garbage', 'report'],
  ])(
    '%s: the attempt fails with %s and the next job gets another worker',
    async (name, code, kind, detail) => {
      const { run, pool, pids } = testPool('moods');
      await expect(run(name)).rejects.toMatchObject({
        code,
        retriable: true,
        message: expect.stringContaining(name) as string,
        detail: expect.stringContaining(detail) as string,
      });
      const next = await run('fine');
      expect(next.report.worker.pid).toBe(pids[1]);
      expect(pids).toHaveLength(2);
      expect(pool.stats().terminations).toEqual({ [kind]: 1 });
    },
  );

  it('is ended when it hangs up and lives on', async () => {
    const { run, pool } = testPool('reluctant', { limits: { drainMs: 50 } });
    await expect(run('hang up')).rejects.toMatchObject({ code: 'worker-exited', retriable: true });
    expect(pool.stats().terminations).toEqual({ killed: 1 });
  });

  it('leaves its last words in the detail and in the log', async () => {
    const { run, log } = testPool('moods');
    await expect(run('crash after last words')).rejects.toMatchObject({
      code: 'worker-crashed',
      detail: 'The worker crashed (SIGSEGV).\nbegins crash after last words\ndecoder: assertion failed',
    });
    expect(log).toContainEqual({ level: 'debug', message: 'worker 0.1: decoder: assertion failed' });
    expect(log).toContainEqual({ level: 'warn', message: 'Worker 0.1 crashed (SIGSEGV).' });
  });

  it('costs no job but its own', async () => {
    const { run } = testPool('moods', { size: 2 });
    const names = ['crash', 'a', 'b', 'exit 3', 'c', 'd'];
    const results = await Promise.allSettled(names.map((name) => run(name)));
    expect(names.filter((_, index) => results[index]?.status === 'rejected')).toEqual(['crash', 'exit 3']);
  });

  it('is not ended by the Ctrl-C that a terminal sends to it too', async () => {
    const { run, said, pids } = testPool('moods');
    await run('warm up');
    process.kill(pids[0] ?? 0, 'SIGINT');
    await run('fine');
    await said('begins fine');
    expect(pids).toHaveLength(1);
  });
});
