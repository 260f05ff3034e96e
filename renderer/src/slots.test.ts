import { expect, it } from 'vitest';
import { createSlots } from './slots.ts';

it('what comes into view gets the number of what went out of it', () => {
  const slots = createSlots();
  expect(slots([10, 11, 12])).toEqual([0, 1, 2]);
  expect(slots([11, 12, 13])).toEqual([1, 2, 0]);
  expect(slots([14, 15, 16])).toEqual([0, 1, 2]);
});

it('what stays keeps its number, wherever it goes', () => {
  const slots = createSlots();
  expect(slots([10, 11, 12, 13])).toEqual([0, 1, 2, 3]);
  expect(slots([13, 99, 11, 10])).toEqual([3, 2, 1, 0]);
  expect(slots([99])).toEqual([2]);
  expect(slots([5, 99, 6])).toEqual([0, 2, 1]);
});

it('has a number for everything, when there is more of it and when there is less', () => {
  const slots = createSlots();
  const ids = Array.from({ length: 60 }, (_, index) => index);
  for (const [from, until] of [
    [0, 10],
    [5, 40],
    [38, 39],
    [0, 60],
    [0, 0],
    [20, 30],
  ] as const) {
    const numbers = slots(ids.slice(from, until));
    expect(new Set(numbers).size).toBe(until - from);
    expect(Math.max(-1, ...numbers)).toBeLessThan(60);
  }
});
