import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import sharp from 'sharp';
import { expect, it } from 'vitest';
import { openApp } from '../harness/app.ts';
import { small, writePictures } from './pictures.ts';
import { fileRow, resultOf } from './steps.ts';

const names = ['apple.jpg', 'banana.jpg', 'cherry.jpg'];

/** Names in the list, from top to bottom. */
async function listed(page: Page): Promise<string[]> {
  // In one look: rows come and go.
  return await page
    .getByRole('rowgroup')
    .getByRole('row')
    .evaluateAll((rows) =>
      rows
        .map((row) => ({
          name: row.querySelector('.name span')?.textContent ?? '',
          top: row.getBoundingClientRect().top,
        }))
        .sort((one, other) => one.top - other.top)
        .map(({ name }) => name),
    );
}

/** The pictures of these names, in a folder. */
async function planted(home: string): Promise<string> {
  const folder = join(home, 'Pictures');
  await writePictures(
    names.map((name) => join(folder, name)),
    small,
  );
  return folder;
}

it('is sorted, filtered and searched', async () => {
  await using app = await openApp();
  const { page, home } = app;
  const folder = await planted(home);
  await writeFile(join(folder, 'broken.jpg'), 'no picture at all');
  await app.drop([...names, 'broken.jpg'].map((name) => join(folder, name)));
  await resultOf(page);
  expect(await listed(page)).toEqual(['apple.jpg', 'banana.jpg', 'cherry.jpg', 'broken.jpg']);
  await page.getByRole('button', { name: 'Name', exact: true }).click();
  await expect.poll(() => listed(page)).toEqual(['apple.jpg', 'banana.jpg', 'broken.jpg', 'cherry.jpg']);
  await page.getByRole('button', { name: 'Name', exact: true }).click();
  await expect.poll(() => listed(page)).toEqual(['cherry.jpg', 'broken.jpg', 'banana.jpg', 'apple.jpg']);
  await page.getByRole('button', { name: /^Failed/ }).click();
  await expect.poll(() => listed(page)).toEqual(['broken.jpg']);
  await page.getByRole('button', { name: /^All/ }).click();
  // A third time: as they came.
  await page.getByRole('button', { name: 'Name', exact: true }).click();
  await expect.poll(() => listed(page)).toEqual(['apple.jpg', 'banana.jpg', 'cherry.jpg', 'broken.jpg']);
  await page.getByRole('searchbox').fill('an');
  await expect.poll(() => listed(page)).toEqual(['banana.jpg']);
});

it('is selected and thinned out by keyboard, and touches no file by that', async () => {
  await using app = await openApp();
  const { page, home } = app;
  const folder = await planted(home);
  await app.drop(names.map((name) => join(folder, name)));
  await resultOf(page);
  const before = (await readdir(folder)).sort();
  const grid = page.getByRole('grid', { name: 'Files' });
  await grid.focus();
  await page.keyboard.press('Home');
  await page.keyboard.press('Shift+ArrowDown');
  await page.getByText('2 pictures selected').waitFor();
  expect(await grid.getByRole('row', { selected: true }).count()).toBe(2);
  await page.keyboard.press('Delete');
  await expect.poll(() => listed(page)).toEqual(['cherry.jpg']);
  await page.keyboard.press('Home');
  // As a Mac's keyboard says it.
  await page.keyboard.press('Backspace');
  await expect.poll(() => listed(page)).toEqual([]);
  await page.getByText('All pictures were removed.').waitFor();
  await page.getByRole('button', { name: 'Start again' }).click();
  await page.getByRole('heading', { name: 'Drop pictures' }).waitFor();
  expect((await readdir(folder)).sort()).toEqual(before);
});

it('tries failed ones again when their reason is gone', async () => {
  await using app = await openApp();
  const { page, home } = app;
  const path = join(home, 'Pictures/late.jpg');
  await writeFile(path, 'not yet');
  await app.drop([path]);
  expect(await resultOf(page)).toContain('1 failed');
  await writePictures([path], small);
  await page.getByRole('button', { name: 'Retry 1 failed' }).click();
  await page.getByRole('heading', { name: 'Done: 1 picture' }).waitFor();
  await fileRow(page, 'late.jpg').getByText('Done', { exact: true }).waitFor();
  await expect.poll(() => fileRow(page, 'late.jpg').locator('img').count()).toBe(1);
});

it('offers for each row what can be done with it', async () => {
  await using app = await openApp();
  const { page, home } = app;
  const folder = await planted(home);
  await writeFile(join(folder, 'broken.jpg'), 'no picture at all');
  await app.drop([...names, 'broken.jpg'].map((name) => join(folder, name)));
  await resultOf(page);
  const isOff = async (item: string): Promise<boolean> =>
    page.getByRole('menuitem', { name: item }).isDisabled();

  await fileRow(page, 'apple.jpg').click();
  await fileRow(page, 'cherry.jpg').click({ modifiers: ['Shift'] });
  // About the one under the mouse, not the first of the selection.
  await fileRow(page, 'banana.jpg').click({ button: 'right' });
  expect(await isOff('Try again')).toBe(true);
  expect(await isOff('Copy reason')).toBe(true);
  await page.getByRole('menuitem', { name: 'Show original in folder' }).click();
  await expect
    .poll(async () => (await app.agent.deeds()).filter(({ kind }) => kind === 'shown'))
    .toEqual([{ kind: 'shown', what: join(folder, 'banana.jpg') }]);

  await fileRow(page, 'broken.jpg').click({ button: 'right' });
  expect(await isOff('Compare')).toBe(true);
  expect(await isOff('Try again')).toBe(false);
  await page.getByRole('menuitem', { name: 'Copy reason' }).click();
  await expect.poll(() => app.agent.copied()).toMatch(/^Pictures\/broken\.jpg: /);
  expect(app.complaints).toEqual([]);
});

it('says why an original was kept', async () => {
  await using app = await openApp();
  const { page, home } = app;
  const path = join(home, 'Pictures/hard.jpg');
  await writePictures([join(home, 'fresh.jpg')], small);
  await sharp(join(home, 'fresh.jpg')).jpeg({ quality: 30, mozjpeg: true }).toFile(path);
  await app.drop([path]);
  await resultOf(page);
  await fileRow(page, 'hard.jpg').getByText('Kept as it was').waitFor();
  await fileRow(page, 'hard.jpg')
    .getByText(/^(Nothing smaller came out|It is compressed hard already .+)\.$/)
    .waitFor();
});

it('shows files in their folder and drags results out to other apps', async () => {
  await using app = await openApp();
  const { page, home } = app;
  const path = join(home, 'Pictures/one.jpg');
  await writePictures([path], small);
  await app.drop([path]);
  await resultOf(page);
  const made = join(home, 'Pictures/one-small.jpg');
  await page.getByRole('button', { name: 'Show in folder' }).click();
  await fileRow(page, 'one.jpg').click({ button: 'right' });
  await page.getByRole('menuitem', { name: 'Show original in folder' }).click();
  const shown = async (): Promise<unknown[]> =>
    (await app.agent.deeds()).filter(({ kind }) => kind === 'shown');
  await expect.poll(shown).toEqual([
    { kind: 'shown', what: made },
    { kind: 'shown', what: path },
  ]);

  const box = await fileRow(page, 'one.jpg').boundingBox();
  await page.mouse.move(Number(box?.x) + 100, Number(box?.y) + 20);
  await page.mouse.down();
  await page.mouse.move(Number(box?.x) + 140, Number(box?.y) + 60, { steps: 4 });
  await page.mouse.up();
  await expect
    .poll(async () => (await app.agent.deeds()).filter(({ kind }) => kind === 'dragged'))
    .toEqual([{ kind: 'dragged', files: [made] }]);
});

it('shows every row its own picture, wherever the list is scrolled to and however it is sorted', async () => {
  await using app = await openApp();
  const { page, home } = app;
  const folder = join(home, 'Pictures');
  await mkdir(folder, { recursive: true });
  for (let number = 0; number < 60; number += 1) {
    const colour = { r: 4 * number, g: 250 - 4 * number, b: (97 * number) % 250 };
    const file = join(folder, `${Object.values(colour).join('-')}.png`);
    await sharp({ create: { width: 40, height: 40, channels: 3, background: colour } })
      .png()
      .toFile(file);
  }
  await app.drop([folder]);
  await resultOf(page);
  const list = page.locator('.scroll');
  for (const step of ['down', 'sort', 'up'] as const) {
    if (step === 'sort') await page.getByRole('button', { name: 'Name', exact: true }).click();
    else await list.evaluate((box, to) => (box.scrollTop = to), step === 'down' ? 1e6 : 0);
    await expect.poll(() => wrongPictures(page)).toEqual([]);
  }
  expect(app.complaints).toEqual([]);
});

/** Names of rows whose picture has not come yet, or has not the colour that its name says. */
async function wrongPictures(page: Page): Promise<string[]> {
  return await page
    .getByRole('rowgroup')
    .getByRole('row')
    .evaluateAll((rows) => {
      const wrong: string[] = [];
      for (const row of rows) {
        const name = row.querySelector('.name span')?.textContent ?? '';
        const picture = row.querySelector<HTMLImageElement>('.thumb img');
        const canvas = new OffscreenCanvas(1, 1).getContext('2d');
        if (picture?.complete === true) canvas?.drawImage(picture, 0, 0, 1, 1);
        const is = [...(canvas?.getImageData(0, 0, 1, 1).data ?? [])];
        const should = name.split(/[-.]/).slice(0, 3).map(Number);
        if (is[3] !== 255 || should.some((value, at) => Math.abs(value - (is[at] ?? 0)) > 12))
          wrong.push(name);
      }
      return rows.length > 5 ? wrong : ['too few rows'];
    });
}
