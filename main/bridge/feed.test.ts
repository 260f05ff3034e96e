import { describe, expect, it } from 'vitest';
import { defaultSettings, maxRowsPerAnswer, type AppView, type Row } from '../../contract/app-state.ts';
import { parseRecipe } from '../../contract/recipe.ts';
import { createFakeClock } from '../../tests/fixtures/fake-clock.ts';
import { createFeed, type Changes } from './feed.ts';

const view: AppView = {
  recipe: parseRecipe({}),
  presets: [],
  settings: defaultSettings,
  machine: { cores: 1, memory: 1 },
  history: [],
  notices: [],
};

function row(id: number): Row {
  return { id, name: `${String(id)}.jpg`, folder: '', state: 'waiting' };
}

function stage(count: number) {
  const clock = createFakeClock();
  const list = {
    id: 1,
    lastId: count,
    gone: new Set<number>(),
    row: (id: number): Row | undefined => (list.gone.has(id) || id > list.lastId ? undefined : row(id)),
  };
  const feed = createFeed({ rows: list, view: () => view }, clock);
  const { signal } = new AbortController();
  return {
    clock,
    list,
    feed,
    next(): Promise<Changes> {
      clock.advance(100);
      return feed.next(signal);
    },
  };
}

const ids = ({ rows }: Changes): number[] => rows.map(({ id }) => id);

describe('a feed', () => {
  it('tells a new page everything, page by page', async () => {
    const { next } = stage(2 * maxRowsPerAnswer + 1);
    const first = await next();
    expect(first).toMatchObject({ view, batch: 1, removed: [] });
    expect(ids(first)).toEqual(Array.from({ length: maxRowsPerAnswer }, (_, at) => at + 1));
    const second = await next();
    expect(second.view).toBeUndefined();
    expect(ids(second).at(0)).toBe(maxRowsPerAnswer + 1);
    expect(ids(await next())).toEqual([2 * maxRowsPerAnswer + 1]);
  });

  it('answers at once when something changes after silence, and then at most every 100 ms', async () => {
    const { clock, feed, next } = stage(3);
    await next();
    clock.advance(1000);
    let told: number[] | undefined;
    const silent = feed.next(new AbortController().signal).then((answer) => (told = ids(answer)));
    await new Promise(setImmediate);
    expect(told).toBeUndefined();
    feed.rowChanged(2);
    await silent;
    expect(told).toEqual([2]);

    told = undefined;
    const soon = feed.next(new AbortController().signal).then((answer) => (told = ids(answer)));
    feed.rowChanged(3);
    feed.rowChanged(1);
    clock.advance(99);
    await new Promise(setImmediate);
    expect(told).toBeUndefined();
    clock.advance(1);
    await soon;
    expect(told).toEqual([1, 3]);
  });

  it('tells a row that changed often once, and none that was not told before', async () => {
    const { list, feed, next } = stage(1);
    await next();
    list.lastId = 2;
    for (const id of [1, 1, 2, 1]) feed.rowChanged(id);
    expect(ids(await next())).toEqual([1, 2]);
  });

  it('tells what was removed, unless the page never knew it', async () => {
    const { list, feed, next } = stage(2);
    await next();
    list.lastId = 4;
    for (const id of [2, 3]) {
      list.gone.add(id);
      feed.rowChanged(id);
    }
    expect(await next()).toMatchObject({ rows: [row(4)], removed: [2] });
  });

  it('bounds rows and removed ones together', async () => {
    const { list, feed, next } = stage(maxRowsPerAnswer);
    await next();
    list.lastId += 10;
    for (let id = 1; id <= maxRowsPerAnswer; id += 1) {
      list.gone.add(id);
      feed.rowChanged(id);
    }
    const { rows, removed } = await next();
    expect(removed).toHaveLength(maxRowsPerAnswer);
    expect(rows.length).toBeLessThanOrEqual(maxRowsPerAnswer);
  });

  it('begins again with another batch', async () => {
    const { list, feed, next } = stage(3);
    await next();
    feed.rowChanged(3);
    list.id = 2;
    list.lastId = 1;
    expect(await next()).toMatchObject({ batch: 2, rows: [row(1)] });
    list.id = 0;
    list.lastId = 0;
    expect(await next()).toMatchObject({ batch: 0, rows: [] });
  });

  it('takes one question at a time and forgets a cancelled one', async () => {
    const { feed, clock, next } = stage(1);
    await next();
    const giveUp = new AbortController();
    const silent = feed.next(giveUp.signal);
    await expect(feed.next(new AbortController().signal)).rejects.toMatchObject({ code: 'protocol-error' });
    giveUp.abort();
    await expect(silent).rejects.toMatchObject({ code: 'cancelled' });
    clock.advance(100);
    feed.viewChanged();
    expect(await feed.next(new AbortController().signal)).toMatchObject({ view, rows: [] });
  });
});
