import { readdir, stat } from 'node:fs/promises';
import { getPriority } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { belowWindow } from '../../main/workers/priority.ts';
import { openApp } from '../harness/app.ts';
import { large, small, writePictures } from './pictures.ts';
import { fileRow, newIn, resultOf, untilWorking } from './steps.ts';

const names = ['a.png', 'b.png', 'c.png', 'd.png', 'e.png', 'f.png'];

async function paths(home: string): Promise<string[]> {
  const all = names.map((name) => join(home, 'Pictures/slow', name));
  await writePictures(all, large);
  return all;
}

it('pauses and goes on', async () => {
  await using app = await openApp();
  const { page } = app;
  await app.drop(await paths(app.home));
  await untilWorking(page);
  await page.getByRole('button', { name: 'Pause' }).click();
  await page.getByText(/^Paused at/).waitFor();
  // What was under way is finished, and nothing else begins.
  await page.getByRole('gridcell', { name: 'Working', exact: true }).first().waitFor({ state: 'detached' });
  await expect.poll(() => page.getByRole('gridcell', { name: 'Working', exact: true }).count()).toBe(0);
  expect(await page.getByRole('gridcell', { name: 'Waiting', exact: true }).count()).toBeGreaterThan(0);
  await page.getByRole('button', { name: 'Resume' }).click();
  expect(await resultOf(page)).toBe('Done: 6 pictures');
});

it('cancels one, and then all, and leaves no half-written file', async () => {
  await using app = await openApp();
  const { page, home } = app;
  await app.drop(await paths(home));
  await untilWorking(page);
  await page.getByRole('button', { name: 'Cancel f.png' }).click();
  await fileRow(page, 'f.png').getByText('Cancelled').waitFor();
  await page.getByRole('contentinfo').getByRole('button', { name: 'Cancel' }).click();
  await page.getByRole('region', { name: 'Result' }).waitFor();
  const done = await page.getByRole('gridcell', { name: 'Done', exact: true }).count();
  const made = await newIn(join(home, 'Pictures/slow'), names);
  expect(made.filter((name) => name.endsWith('-small.png'))).toEqual(made);
  expect(made.length).toBeLessThanOrEqual(done);
  for (const name of made) expect((await stat(join(home, 'Pictures/slow', name))).size).toBeGreaterThan(0);
});

it('survives workers that are killed in the middle of their jobs', async () => {
  await using app = await openApp();
  const { page } = app;
  await app.drop(await paths(app.home));
  await untilWorking(page);
  const before = await app.agent.workers();
  expect(before.length).toBeGreaterThan(0);
  for (const pid of before) expect(getPriority(pid)).toBe(belowWindow);
  for (const pid of before) process.kill(pid, 'SIGKILL');
  expect(await resultOf(page)).toBe('Done: 6 pictures');
  const after = await app.agent.workers();
  expect(after.filter((pid) => before.includes(pid))).toEqual([]);
  await expect.poll(() => page.locator('.thumb img').count()).toBe(6);
  expect(app.complaints).toEqual([]);
});

it('shows the same batch after the page was reloaded in the middle of it', async () => {
  await using app = await openApp();
  const { page } = app;
  await app.drop(await paths(app.home));
  await untilWorking(page);
  await app.reload();
  await fileRow(page, 'a.png').waitFor();
  expect(await page.getByRole('grid', { name: 'Files' }).getByRole('row').count()).toBe(7);
  expect(await resultOf(page)).toBe('Done: 6 pictures');
  // The workers' ports to the page are new ones.
  await expect.poll(() => fileRow(page, 'a.png').locator('img').count()).toBe(1);
});

it('shows the pictures of a batch again after the page was reloaded when every worker was there', async () => {
  await using app = await openApp();
  const { page } = app;
  await app.drop(await paths(app.home));
  expect(await resultOf(page)).toBe('Done: 6 pictures');
  await expect.poll(() => page.locator('.thumb img').count()).toBe(6);
  const workers = await app.agent.workers();
  await app.reload();
  await expect.poll(() => page.locator('.thumb img').count()).toBe(6);
  expect(await app.agent.workers()).toEqual(workers);
  expect(app.complaints).toEqual([]);
});

it('adds to a batch that is under way', async () => {
  await using app = await openApp();
  const { page, home } = app;
  await app.drop((await paths(home)).slice(0, 2));
  await untilWorking(page);
  await writePictures([join(home, 'Pictures/late.jpg')], small);
  await app.drop([join(home, 'Pictures/late.jpg')]);
  expect(await resultOf(page)).toBe('Done: 3 pictures');
  expect(await readdir(join(home, 'Pictures'))).toContain('late-small.jpg');
});

it('keeps the computer awake meanwhile, and tells who looks elsewhere that it has ended', async () => {
  await using app = await openApp();
  await app.drop((await paths(app.home)).slice(0, 1));
  await untilWorking(app.page);
  await app.agent.focusWindow(false);
  await resultOf(app.page);
  await expect
    .poll(async () => (await app.agent.deeds()).filter(({ kind }) => kind !== 'progress'))
    .toEqual([
      { kind: 'awake', on: true },
      { kind: 'awake', on: false },
      { kind: 'notification', title: expect.any(String), body: expect.any(String) },
    ]);
  await app.agent.clickNotification();
  await expect.poll(() => app.agent.isFocused()).toBe(true);
  const shares = (await app.agent.deeds()).flatMap((deed) => (deed.kind === 'progress' ? [deed.share] : []));
  expect(shares.at(-1)).toBe(-1);
});
