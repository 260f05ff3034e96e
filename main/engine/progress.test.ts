import { describe, expect, it } from 'vitest';
import type { BatchProgress } from '../../contract/batch.ts';
import { createFakeClock } from '../../tests/fixtures/fake-clock.ts';
import { createTimeEstimate } from './estimate.ts';
import { createProgressMeter } from './progress.ts';

describe('the progress meter', () => {
  it('tells at most ten times a second however much happens, and the last word is true', () => {
    const clock = createFakeClock();
    const told: BatchProgress[] = [];
    const meter = createProgressMeter(clock, 2, (progress) => told.push(progress));
    for (let job = 0; job < 1000; job += 1) {
      meter.moved(undefined, 'waiting');
      meter.moved('waiting', 'done');
      clock.advance(1);
    }
    clock.advance(1000);
    expect(told.length).toBeGreaterThanOrEqual(10);
    expect(told.length).toBeLessThanOrEqual(12);
    expect(told.at(-1)?.counts).toMatchObject({ total: 1000, done: 1000 });
  });

  it('is silent while nothing changes', () => {
    const clock = createFakeClock();
    const told: BatchProgress[] = [];
    const meter = createProgressMeter(clock, 2, (progress) => told.push(progress));
    meter.moved(undefined, 'waiting');
    clock.advance(60_000);
    expect(told).toHaveLength(1);
  });

  it('says nothing of the time left while sources are still being found', () => {
    const clock = createFakeClock();
    const meter = createProgressMeter(clock, 1, () => undefined);
    const cost = { total: 100, kind: 'jpeg to webp' };
    for (let job = 0; job < 6; job += 1) {
      meter.moved(undefined, 'waiting');
      meter.planned(cost);
    }
    for (let job = 0; job < 3; job += 1) {
      meter.moved('waiting', 'done');
      meter.ended(cost, 200);
    }
    expect(meter.snapshot().etaMs).toBeUndefined();
    meter.intakeEnded(true);
    expect(meter.snapshot().etaMs).toBe(600);
  });
});

describe('the time estimate', () => {
  it('measures each kind of job by itself', () => {
    const estimate = createTimeEstimate();
    const webp = { total: 10, kind: 'jpeg to webp' };
    const avif = { total: 10, kind: 'jpeg to avif' };
    for (let job = 0; job < 4; job += 1) {
      estimate.planned(webp);
      estimate.planned(avif);
    }
    for (let job = 0; job < 2; job += 1) {
      estimate.ended(webp, 10);
      estimate.ended(avif, 1000);
    }
    expect(estimate.remaining(0, 1)).toBeCloseTo(2 * 10 + 2 * 1000);
    expect(estimate.remaining(0, 2)).toBeCloseTo(1010);
  });

  it('counts unread jobs as average ones and knows nothing before three have ended', () => {
    const estimate = createTimeEstimate();
    const cost = { total: 10, kind: 'jpeg to webp' };
    for (let job = 0; job < 3; job += 1) estimate.planned(cost);
    estimate.ended(cost, 20);
    estimate.ended(cost, 20);
    expect(estimate.remaining(5, 1)).toBeUndefined();
    estimate.ended(cost, 20);
    expect(estimate.remaining(5, 1)).toBeCloseTo(100);
  });

  it('learns nothing from jobs that failed before a worker was done', () => {
    const estimate = createTimeEstimate();
    const cost = { total: 10, kind: 'jpeg to webp' };
    for (let job = 0; job < 5; job += 1) {
      estimate.planned(cost);
      estimate.ended(cost, undefined);
    }
    expect(estimate.remaining(1, 1)).toBeUndefined();
  });
});
