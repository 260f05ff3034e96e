import { readFile, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { Locator, Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { openApp, type AppUnderTest } from '../harness/app.ts';
import { large, small, writePictures } from './pictures.ts';
import { fileRow, resultOf, untilWorking } from './steps.ts';

const axe = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** What axe finds wrong, as one line for each, by all its rules but these. */
async function violations(page: Page, besides: readonly string[] = []): Promise<string[]> {
  // By the tests' own connection: the page's policy lets in no script.
  await page.evaluate(axe);
  return await page.evaluate(async (rules) => {
    const { violations: found } = await (
      Reflect.get(window, 'axe') as {
        run(options: {
          rules: Record<string, { enabled: boolean }>;
        }): Promise<{ violations: { id: string; nodes: { html: string; failureSummary?: string }[] }[] }>;
      }
    ).run({ rules: Object.fromEntries(rules.map((rule) => [rule, { enabled: false }])) });
    return found.flatMap(({ id, nodes }) =>
      nodes.map(({ html, failureSummary }) => `${id}: ${html.slice(0, 160)} ${failureSummary ?? ''}`),
    );
  }, besides);
}

/** How a person may have set the system up. */
const looks = ['light', 'dark', 'high contrast'] as const;

async function lookAt(app: AppUnderTest, look: (typeof looks)[number]): Promise<void> {
  await app.systemPrefers(look === 'light' ? 'light' : 'dark');
  if (look === 'high contrast') await app.page.emulateMedia({ forcedColors: 'active' });
}

it.each(looks)('axe finds nothing on any screen, %s', async (look) => {
  await using app = await openApp();
  const { page, home } = app;
  await lookAt(app, look);
  await page.getByRole('heading', { name: 'Drop pictures' }).waitFor();
  expect(await violations(page), 'empty').toEqual([]);

  await page.getByText('More', { exact: true }).click();
  await page.getByRole('combobox', { name: 'Likeness' }).selectOption('A fixed quality');
  await page.getByRole('spinbutton', { name: 'At most bytes' }).fill('5');
  expect(await violations(page), 'recipe in full').toEqual([]);
  await page.getByRole('combobox', { name: 'Preset' }).selectOption('Web');
  await page.getByText('Makes WebP').waitFor();

  await writePictures(
    ['one.jpg', 'two.jpg'].map((name) => join(home, 'Pictures', name)),
    small,
  );
  await writeFile(join(home, 'Pictures/torn.jpg'), 'no picture');
  await app.drop([join(home, 'Pictures')]);
  await resultOf(page);
  expect(await violations(page), 'done, with a failure').toEqual([]);
  await app.agent.resizeWindow(640, 480);
  await page.waitForFunction(() => innerWidth === 640);
  expect(await violations(page), 'narrow, the recipe over the list').toEqual([]);
  await app.agent.resizeWindow(1280, 800);
  await page.waitForFunction(() => innerWidth === 1280);

  await fileRow(page, 'one.jpg').click({ button: 'right' });
  await page.getByRole('menu').waitFor();
  // A menu floats above the page, and is in none of its landmarks.
  expect(await violations(page, ['region']), 'a menu').toEqual([]);
  await page.keyboard.press('Escape');
  await page.getByRole('menu').waitFor({ state: 'detached' });

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

  for (const name of ['Settings', 'History']) {
    await page.getByRole('button', { name, exact: true }).click();
    await page.getByRole('dialog', { name }).waitFor();
    expect(await violations(page), name).toEqual([]);
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
  }
});

it.each(looks)('axe finds nothing while a batch works and while it is paused, %s', async (look) => {
  await using app = await openApp();
  const { page, home } = app;
  await lookAt(app, look);
  await writePictures(
    ['a.png', 'b.png', 'c.png', 'd.png'].map((name) => join(home, 'Pictures', name)),
    large,
  );
  await app.drop([join(home, 'Pictures')]);
  await untilWorking(page);
  expect(await violations(page), 'busy').toEqual([]);
  await page.getByRole('button', { name: 'Pause' }).click();
  await page.getByText(/^Paused at/).waitFor();
  expect(await violations(page), 'paused').toEqual([]);
});

it('moves nothing where a person wants less motion', async () => {
  await using app = await openApp();
  const { page, home } = app;
  await writePictures([join(home, 'Pictures/one.jpg')], small);
  await app.drop([join(home, 'Pictures/one.jpg')]);
  await resultOf(page);
  /** What would move for a moment: on its way to another place, or by itself. */
  const moving = (): Promise<string[]> =>
    page.evaluate(() =>
      [...document.querySelectorAll('*')]
        .filter((element) => {
          const { transitionDuration, animationName } = getComputedStyle(element);
          return transitionDuration.split(', ').some((each) => each !== '0s') || animationName !== 'none';
        })
        .map((element) => element.getAttribute('class') ?? element.tagName),
    );
  expect(await moving()).not.toEqual([]);
  await page.emulateMedia({ reducedMotion: 'reduce' });
  expect(await moving()).toEqual([]);
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

it('is usable from 640 by 480 to 4K and at 200 %: nothing is cut off sideways', async () => {
  await using app = await openApp();
  const { page, home } = app;
  /** What is wider than its place, by how much, in every size. */
  const tooWide = async (selector: string): Promise<string[]> => {
    const found: string[] = [];
    for (const [width, height, zoom] of [
      [640, 480, 1],
      [1280, 960, 2],
      [3840, 2160, 1],
      [3840, 2160, 2],
    ] as const) {
      await app.agent.resizeWindow(width, height);
      await app.agent.zoom(zoom);
      await page.waitForFunction((wanted) => Math.abs(innerWidth - wanted) < 2, width / zoom);
      const over = await page.evaluate((wanted) => {
        const elements = [document.documentElement, ...document.querySelectorAll(wanted)];
        return elements.flatMap((element) => {
          const { right } = element.getBoundingClientRect();
          const by = Math.max(element.scrollWidth - element.clientWidth, Math.floor(right - innerWidth));
          return by > 0 ? [`${element.getAttribute('class') ?? element.tagName} by ${String(by)}`] : [];
        });
      }, selector);
      found.push(...over.map((each) => `${each} at ${String(width)}, ${String(zoom)}`));
    }
    await app.agent.zoom(1);
    await app.agent.resizeWindow(1280, 800);
    return found;
  };
  await page.getByRole('heading', { name: 'Drop pictures' }).waitFor();
  expect(await tooWide('.tools, .recipe'), 'empty').toEqual([]);

  await writePictures([join(home, 'Pictures/one.jpg')], small);
  await app.drop([join(home, 'Pictures/one.jpg')]);
  await resultOf(page);
  expect(await tooWide('.tools, .summary, .filters, .files, .recipe, .total'), 'done').toEqual([]);

  await fileRow(page, 'one.jpg').getByRole('button', { name: 'Compare' }).click();
  const dialog = page.getByRole('dialog');
  await dialog
    .getByText(/320 × 240/)
    .first()
    .waitFor();
  expect(await tooWide('.dialog, .dialog .body, .panes'), 'compare').toEqual([]);
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

  // The recipe lies over the list here, beside what ends or goes on with the batch, and under whatever is asked.
  await page.getByRole('banner').getByRole('button', { name: 'Recipe' }).click();
  const panel = await page.getByRole('complementary', { name: 'Recipe' }).boundingBox();
  const footer = await page.getByRole('contentinfo').boundingBox();
  expect(Number(panel?.y) + Number(panel?.height)).toBeLessThanOrEqual(Number(footer?.y) + 0.5);
  await app.agent.clickMenu('File', 'Settings…');
  await page.getByRole('dialog', { name: 'Settings' }).waitFor();
  const covered = await page.getByRole('combobox', { name: 'Appearance' }).evaluate((element) => {
    const { right, top, height } = element.getBoundingClientRect();
    return document.elementFromPoint(right - 4, top + height / 2) !== element;
  });
  expect(covered).toBe(false);
});
