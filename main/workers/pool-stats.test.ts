import { expect, it } from 'vitest';
import { createPoolMeter } from './pool-stats.ts';

it('keeps wait and run times apart, in milliseconds', () => {
  const meter = createPoolMeter();
  for (let ms = 1; ms <= 100; ms += 1) meter.waited(ms);
  meter.ran(0);
  const { wait, run } = meter.stats();
  expect(wait.count).toBe(100);
  expect(wait.mean).toBeCloseTo(50.5, 1);
  expect(wait.p50).toBeCloseTo(50, 0);
  expect(wait.p90).toBeCloseTo(90, 0);
  expect(wait.p99).toBeCloseTo(99, 0);
  expect(wait.max).toBeCloseTo(100, 0);
  expect(run).toMatchObject({ count: 1, max: 0.001 });
});

it('is zero throughout before anything has happened, and plain enough for JSON', () => {
  const empty = { count: 0, mean: 0, p50: 0, p90: 0, p99: 0, max: 0 };
  const stats = createPoolMeter().stats();
  expect(stats).toEqual({ wait: empty, run: empty, starts: 0, recycles: 0, terminations: {}, cpuMs: 0 });
  expect(JSON.parse(JSON.stringify(stats))).toEqual(stats);
});

it('counts how workers ended, and replacements among those that were asked to', () => {
  const meter = createPoolMeter();
  meter.terminated({ kind: 'retired', why: 'jobs' });
  meter.terminated({ kind: 'retired', why: 'memory' });
  meter.terminated({ kind: 'retired', why: 'idle' });
  meter.terminated({ kind: 'exited', code: 3 });
  expect(meter.stats()).toMatchObject({ recycles: 2, terminations: { retired: 3, exited: 1 } });
});
