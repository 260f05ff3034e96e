import { expect, test, vi } from 'vitest';
import { createBreather, sortInSlices, useLater } from './slices.ts';

test('sorts as the built-in does, what is alike staying in its order', async () => {
  const items = Array.from({ length: 5000 }, (_, index) => ({ key: (index * 7919) % 97, index }));
  const byKey = (a: { key: number }, b: { key: number }): number => a.key - b.key;
  expect(await sortInSlices(items, byKey)).toEqual(items.toSorted(byKey));
});

test('sorts nothing, and one', async () => {
  expect(await sortInSlices([], () => 0)).toEqual([]);
  expect(await sortInSlices([1], () => 0)).toEqual([1]);
});

test('breathes only after a slice of work', async () => {
  const breathe = createBreather();
  const start = performance.now();
  let breath: Promise<void> | undefined;
  while (breath === undefined) breath = breathe();
  expect(performance.now() - start).toBeGreaterThan(5);
  await breath;
});

test('what comes later comes in a task of its own, not in this one', async () => {
  const isLater = useLater();
  await Promise.resolve();
  expect(isLater.value).toBe(false);
  await vi.waitFor(() => {
    expect(isLater.value).toBe(true);
  });
});
