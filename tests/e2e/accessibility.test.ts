import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { Locator, Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { openApp } from '../harness/app.ts';
import { small, writePictures } from './pictures.ts';
import { fileRow, resultOf } from './steps.ts';

const axe = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** What axe finds wrong, as one line for each. */
async function violations(page: Page): Promise<string[]> {
  // By the tests' own connection: the page's policy lets in no script.
  await page.evaluate(axe);
  return await page.evaluate(async () => {
    const { violations: found } = await (
      Reflect.get(window, 'axe') as {
        run(): Promise<{ violations: { id: string; nodes: { html: string; failureSummary?: string }[] }[] }>;
      }
    ).run();
    return found.flatMap(({ id, nodes }) =>
      nodes.map(({ html, failureSummary }) => `${id}: ${html.slice(0, 160)} ${failureSummary ?? ''}`),
    );
  });
}

it.each(['light', 'dark'] as const)('axe finds nothing on any screen, %s', async (theme) => {
  await using app = await openApp();
  const { page, home } = app;
  await app.systemPrefers(theme);
  await page.getByRole('heading', { name: 'Drop pictures' }).waitFor();
  expect(await violations(page), 'empty').toEqual([]);

  await page.getByText('More', { exact: true }).click();
  expect(await violations(page), 'recipe in full').toEqual([]);

  await writePictures(
    ['one.jpg', 'two.jpg'].map((name) => join(home, 'Pictures', name)),
    small,
  );
  await app.drop([join(home, 'Pictures')]);
  await resultOf(page);
  expect(await violations(page), 'done').toEqual([]);

  await fileRow(page, 'one.jpg').getByRole('button', { name: 'Compare' }).click();
  await page
    .getByRole('dialog')
    .getByText(/320 × 240/)
    .first()
    .waitFor();
  expect(await violations(page), 'compare').toEqual([]);
  await page.getByRole('button', { name: 'Differences' }).click();
  await page.getByText('different', { exact: true }).waitFor();
  expect(await violations(page), 'compare with differences').toEqual([]);
  await page.keyboard.press('Escape');
  await page.getByRole('dialog').waitFor({ state: 'detached' });

  await page.getByRole('button', { name: 'Settings', exact: true }).click();
  await page.getByRole('dialog', { name: 'Settings' }).waitFor();
  expect(await violations(page), 'settings').toEqual([]);
});

it('tells what is on and how far it is with the few colours of a high contrast', async () => {
  await using app = await openApp();
  const { page, home } = app;
  await page.emulateMedia({ forcedColors: 'active' });
  await writePictures([join(home, 'Pictures/one.jpg')], small);
  await app.drop([join(home, 'Pictures/one.jpg')]);
  await resultOf(page);
  const background = (element: Locator): Promise<string> =>
    element.evaluate((each) => getComputedStyle(each).backgroundColor);
  const filters = page.getByRole('toolbar', { name: 'Filter' });
  const [all, done] = [filters.getByRole('button').nth(0), filters.getByRole('button').nth(1)];
  expect(await background(all)).not.toBe(await background(done));
  const bar = page.getByRole('progressbar', { name: 'Batch' });
  expect(await background(bar.locator('.fill'))).not.toBe(await background(bar));

  await page.getByRole('button', { name: 'Settings', exact: true }).click();
  const toggle = page.getByRole('switch').first();
  const knob = toggle.locator('span');
  const on = await background(toggle);
  expect(await background(knob)).not.toBe(on);
  await toggle.click();
  expect(await background(toggle)).not.toBe(on);
  expect(await background(knob)).not.toBe(await background(toggle));
  await page.keyboard.press('Escape');

  await fileRow(page, 'one.jpg').getByRole('button', { name: 'Compare' }).click();
  const differences = page.getByRole('button', { name: 'Differences' });
  const off = await background(differences);
  await differences.click();
  await page.getByText('different', { exact: true }).waitFor();
  expect(await background(differences)).not.toBe(off);
  // The colours of the map mean something, so they stay.
  const ramp = page.getByRole('img', { name: 'grows brighter to' });
  expect(await ramp.evaluate((each) => getComputedStyle(each).backgroundImage)).toContain(
    'rgba(240, 249, 33',
  );
});

it('is usable at 640 by 480 and at 200 %: nothing is cut off sideways', async () => {
  await using app = await openApp();
  const { page } = app;
  for (const [width, height, zoom] of [
    [640, 480, 1],
    [1280, 960, 2],
    [3840, 2160, 2],
  ] as const) {
    await app.agent.resizeWindow(width, height);
    await app.agent.zoom(zoom);
    await page.waitForFunction((wanted) => Math.abs(innerWidth - wanted) < 2, width / zoom);
    const { scrollWidth, inner } = await page.evaluate(() => ({
      scrollWidth: document.documentElement.scrollWidth,
      inner: innerWidth,
    }));
    expect(scrollWidth, `${String(width)} at ${String(zoom)}`).toBeLessThanOrEqual(inner);
    await page.getByRole('button', { name: 'Add files' }).waitFor();
  }
});

it('shows rows and dialogs whole in a small window', async () => {
  await using app = await openApp();
  const { page, home } = app;
  await writePictures([join(home, 'Pictures/one.jpg')], small);
  await page.getByRole('button', { name: 'Close recipe' }).click();
  await app.agent.resizeWindow(640, 480);
  await app.drop([join(home, 'Pictures/one.jpg')]);
  await resultOf(page);
  const row = await fileRow(page, 'one.jpg').boundingBox();
  for (const cell of await fileRow(page, 'one.jpg').getByRole('gridcell').all()) {
    const box = await cell.boundingBox();
    expect(Number(box?.y)).toBeGreaterThanOrEqual(Number(row?.y));
    expect(Number(box?.y) + Number(box?.height)).toBeLessThanOrEqual(Number(row?.y) + Number(row?.height));
  }
  // Picture, name, size, and what was saved, from left to right, each where its head is.
  const places = async (row: Locator, role: 'gridcell' | 'columnheader'): Promise<number[]> => {
    const cells = [
      row.locator('.picture'),
      row.locator('.name'),
      row.locator('.sizes'),
      row.locator('.saved'),
    ];
    const boxes = await Promise.all(
      cells.map((cell) => cell.and(row.getByRole(role, { includeHidden: true })).boundingBox()),
    );
    return boxes.map((box) => Math.round(Number(box?.x)));
  };
  const cells = await places(fileRow(page, 'one.jpg'), 'gridcell');
  expect(cells).toEqual([...cells].sort((a, b) => a - b));
  expect(await places(page.getByRole('row').first(), 'columnheader')).toEqual(cells);
  expect(Number(cells[2]) - Number(cells[1])).toBeGreaterThan(150);
  expect(await fileRow(page, 'one.jpg').locator('.saved').innerText()).toMatch(/−\d+ %/);

  await fileRow(page, 'one.jpg').getByRole('button', { name: 'Compare' }).click();
  const dialog = page.getByRole('dialog');
  await dialog
    .getByText(/320 × 240/)
    .first()
    .waitFor();
  expect(await dialog.evaluate((element) => element.scrollWidth - element.clientWidth)).toBe(0);
  await page.keyboard.press('Escape');

  // The recipe lies over the list here, and under whatever is asked.
  await page.getByRole('banner').getByRole('button', { name: 'Recipe' }).click();
  await app.agent.clickMenu('File', 'Settings…');
  await page.getByRole('dialog', { name: 'Settings' }).waitFor();
  const covered = await page.getByRole('combobox', { name: 'Appearance' }).evaluate((element) => {
    const { right, top, height } = element.getBoundingClientRect();
    return document.elementFromPoint(right - 4, top + height / 2) !== element;
  });
  expect(covered).toBe(false);
});
