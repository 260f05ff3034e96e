import { createPinia, setActivePinia } from 'pinia';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Row } from '../../../contract/app-state.ts';
import { useRows } from './rows.ts';

beforeEach(() => {
  setActivePinia(createPinia());
});
afterEach(() => {
  vi.useRealTimers();
});

function rowsOf(from: number, to: number, rest: Partial<Row> = {}): Row[] {
  return Array.from({ length: to - from + 1 }, (_, index) => ({
    id: from + index,
    name: `${String(from + index)}.jpg`,
    folder: 'trip',
    state: 'done',
    ...rest,
  }));
}

/** News of the first batch. */
const news = (rows: Row[], removed: number[] = []) => ({ batch: 1, rows, removed });

/** The real one, also while others are held. */
const { setTimeout: soon } = globalThis;

/** Lets what was cut in slices go on until it waits for its next one. */
async function nextSlice(): Promise<void> {
  await new Promise((resolve) => soon(resolve));
  await vi.advanceTimersToNextTimerAsync();
  await new Promise((resolve) => soon(resolve));
}

/** So many that they are put in order in more than one slice. */
const many = 150_000;

describe('rows in the list', () => {
  it.each<[string, (rows: ReturnType<typeof useRows>) => void]>([
    ['others are removed', (rows) => void rows.merge(news([], [1]))],
    [
      'a search ends',
      (rows) => {
        rows.find('');
      },
    ],
  ])('that arrive while %s are in it', async (_what, act) => {
    const rows = useRows();
    await rows.merge(news(rowsOf(1, many)));
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    act(rows);
    let last = many;
    const merged: Promise<void>[] = [];
    do {
      last += 1;
      merged.push(rows.merge(news(rowsOf(last, last))));
      await nextSlice();
    } while (vi.getTimerCount() > 0);
    await Promise.all(merged);
    expect(rows.order.length).toBe([...rows.all()].length);
    expect(rows.order.at(-1)).toBe(last);
  });

  it('are put in order also while news of more come faster than that takes', async () => {
    const rows = useRows();
    await rows.merge(news(rowsOf(1, many)));
    rows.sortBy('name');
    rows.sortBy('name');
    let id = many;
    const first = async (): Promise<number | undefined> => {
      id += 1;
      await rows.merge(news(rowsOf(id, id)));
      return rows.order[0];
    };
    await expect.poll(first, { interval: 20, timeout: 20_000 }).toBeGreaterThanOrEqual(many);
  });

  it('of a batch before are gone, whatever was under way with them', async () => {
    const rows = useRows();
    await rows.merge(news(rowsOf(1, many)));
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    rows.find('jpg');
    const merged = rows.merge({ batch: 2, rows: rowsOf(1, 2), removed: [] });
    await vi.runAllTimersAsync();
    await merged;
    expect(rows.order).toEqual([1, 2]);
  });
});

describe('a filter and a search', () => {
  it('end with their batch', async () => {
    const rows = useRows();
    await rows.merge(news(rowsOf(1, 3)));
    rows.show('failed');
    rows.find('holiday');
    await expect.poll(() => rows.order).toEqual([]);
    await rows.merge({ batch: 2, rows: rowsOf(1, 2), removed: [] });
    expect(rows).toMatchObject({ order: [1, 2], state: 'all', text: '' });
  });

  it('leave only rows selected that are shown', async () => {
    const rows = useRows();
    await rows.merge(news([...rowsOf(1, 2), ...rowsOf(3, 4, { state: 'failed' })]));
    rows.select([2, 3, 4]);
    rows.show('failed');
    await expect.poll(() => rows.order).toEqual([3, 4]);
    expect([...rows.selected]).toEqual([3, 4]);
    rows.find('4');
    await expect.poll(() => rows.order).toEqual([4]);
    rows.show('all');
    rows.find('');
    expect(rows.order).toEqual([1, 2, 3, 4]);
    expect([...rows.selected]).toEqual([4]);
  });
});

it('is sorted up, then down, then in the order its rows came in', async () => {
  const rows = useRows();
  await rows.merge(
    news([...rowsOf(1, 1, { bytes: 9 }), ...rowsOf(2, 2, { bytes: 3 }), ...rowsOf(3, 3, { bytes: 6 })]),
  );
  rows.sortBy('before');
  await expect.poll(() => rows.order).toEqual([2, 3, 1]);
  rows.sortBy('before');
  await expect.poll(() => rows.order).toEqual([1, 3, 2]);
  rows.sortBy('before');
  await expect.poll(() => rows.order).toEqual([1, 2, 3]);
  expect(rows.sorting).toEqual({ key: 'added', descending: false });
});
