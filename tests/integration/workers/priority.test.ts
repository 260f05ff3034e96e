import { readdirSync, readFileSync } from 'node:fs';
import { getPriority } from 'node:os';
import { expect, it } from 'vitest';
import { testPool } from '../../fixtures/pools.ts';

it('workers give way to their parent', async () => {
  const { run } = testPool('echo');
  const { pid } = (await run('a')).report.worker;
  expect(getPriority(pid)).toBeGreaterThan(getPriority());
});

it.runIf(process.platform === 'linux')('with all their threads', async () => {
  const { run } = testPool('echo');
  const { pid } = (await run('a')).report.worker;
  const niceness = readdirSync(`/proc/${String(pid)}/task`).map((thread) => {
    const stat = readFileSync(`/proc/${String(pid)}/task/${thread}/stat`, 'utf8');
    // proc(5): nice is field 19; the second field is in brackets and may hold spaces.
    return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[16]);
  });
  expect(niceness.length).toBeGreaterThan(1);
  expect(Math.min(...niceness)).toBeGreaterThan(getPriority());
});
