import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { allowedCores } from '../../../main/workers/pinning.ts';
import { canPin, cores } from '../../fixtures/cores.ts';
import { testPool } from '../../fixtures/pools.ts';

/** Where each thread of a process may run. */
function placesOf(pid: number): number[][] {
  const tasks = `/proc/${String(pid)}/task`;
  return readdirSync(tasks).map((thread) => allowedCores(readFileSync(`${tasks}/${thread}/status`, 'utf8')));
}

describe.runIf(canPin)('workers on cores of their own (Linux, two cores, setpriv and taskset)', () => {
  it('stay there with all their threads', async () => {
    const { run, pids } = testPool('echo', { size: 2, cores });
    await Promise.all(['a', 'b'].map((name) => run(name)));
    expect(pids).toHaveLength(2);
    for (const [slot, pid] of pids.entries()) {
      const places = placesOf(pid);
      expect(places.length).toBeGreaterThan(1);
      for (const place of places) expect(place).toEqual([cores[slot]]);
    }
  });

  it('may leave them when a job takes long, as when something else uses the core', async () => {
    const { run, pids } = testPool('moods', { cores, limits: { pinnedMs: () => 1 } });
    await run('wait until all threads have cores');
    for (const place of placesOf(pids[0] ?? 0)) expect(place).toEqual(cores);
    // It is not told again.
    await run('fine');
  });

  it('keep them from job to job', async () => {
    const { run, pids } = testPool('moods', { cores });
    await run('fine');
    await run('fine too');
    for (const place of placesOf(pids[0] ?? 0)) expect(place).toEqual([cores[0]]);
  });

  it('have one again after a crash', async () => {
    const { run, pids } = testPool('moods', { cores });
    await expect(run('crash')).rejects.toMatchObject({ code: 'worker-crashed' });
    await run('fine');
    for (const place of placesOf(pids[1] ?? 0)) expect(place).toEqual([cores[0]]);
  });
});
