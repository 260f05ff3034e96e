import { expect, it } from 'vitest';
import { testPool } from '../../fixtures/pools.ts';

it('a worker killed by hand in a job costs one attempt and a line in the log', async () => {
  const { run, said, pids, log } = testPool('moods');
  const attempt = run('wait');
  const rejected = expect(attempt).rejects.toMatchObject({ code: 'worker-crashed', retriable: true });
  await said('begins wait');
  process.kill(pids[0] ?? 0, 'SIGKILL');
  await rejected;
  expect((await run('fine')).report.worker.pid).toBe(pids[1]);
  expect(log.filter(({ level }) => level === 'warn').map(({ message }) => message)).toEqual([
    'Worker 0.1 crashed (SIGKILL).',
  ]);
});

it('a worker killed by hand between jobs costs no attempt once its end is known', async () => {
  const { run, pids, ended } = testPool('echo');
  await run('a');
  process.kill(pids[0] ?? 0, 'SIGKILL');
  await ended(1);
  expect((await run('b')).report.worker.pid).toBe(pids[1]);
});
