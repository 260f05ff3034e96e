import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { openApp } from '../harness/app.ts';
import { small, writePictures } from './pictures.ts';
import { fileRow, resultOf } from './steps.ts';

it('does the whole round by keyboard alone', async () => {
  await using app = await openApp();
  const { page, home } = app;
  await writePictures(
    ['one.jpg', 'two.jpg'].map((name) => join(home, 'Pictures', name)),
    small,
  );
  /** Presses Tab until something of this name has the focus. */
  const tabTo = async (name: RegExp): Promise<void> => {
    const seen: string[] = [];
    for (let presses = 0; presses < 60; presses += 1) {
      await page.keyboard.press('Tab');
      const focused = await page.evaluate(() => {
        const element = document.activeElement;
        return element?.getAttribute('aria-label') ?? (element?.textContent ?? '').trim();
      });
      if (name.test(focused)) return;
      seen.push(focused.slice(0, 30));
    }
    throw new Error(`Tab reached no ${String(name)}, only ${seen.join(', ')}`);
  };
  await page.getByRole('heading', { name: 'Drop pictures' }).waitFor();
  await tabTo(/^Choose files$/);
  await page.keyboard.press('Enter');
  await app.answer({ paths: ['one.jpg', 'two.jpg'].map((name) => join(home, 'Pictures', name)) });
  await resultOf(page);
  await tabTo(/^Files$/);
  await tabTo(/^Name$/);
  const sorted = page.getByRole('columnheader', { name: 'Name' });
  for (const order of ['ascending', 'descending', 'none']) {
    await page.keyboard.press('Enter');
    await expect.poll(() => sorted.getAttribute('aria-sort')).toBe(order);
  }
  await page.keyboard.press('Shift+Tab');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  await page.getByRole('dialog').waitFor();
  await tabTo(/^Differences$/);
  await page.keyboard.press('Space');
  await page.getByRole('img', { name: /^Where the two differ/ }).waitFor();
  await page.keyboard.press('h');
  await page.getByRole('img', { name: /^Where the two differ/ }).waitFor({ state: 'detached' });
  await page.keyboard.press('Escape');
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  // Back where it was before.
  expect(await page.evaluate(() => document.activeElement?.getAttribute('aria-label'))).toBe('Files');
  await tabTo(/^Start again$/);
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'Drop pictures' }).waitFor();
});

/** Everything that can be done in the window, but for what is set in the recipe and the settings. */
const actions = [
  'File: Add Files…',
  'File: Add Folder…',
  'File: Add Sample Pictures',
  'File: Settings…',
  'Edit: Select All Pictures',
  'Edit: Find',
  'Batch: Pause',
  'Batch: Cancel',
  'Batch: Retry Failed',
  'Batch: Convert Anyway',
  'Batch: Put Originals Back',
  'Batch: Clear',
  'Selection: Show Result in Folder',
  'Selection: Show Original in Folder',
  'Selection: Try Again',
  'Selection: Cancel Selected',
  'Selection: Copy Reasons',
  'Selection: Remove from List',
  'Preset: Save as Preset…',
  'Preset: Rename Preset…',
  'Preset: Delete Preset',
  'Preset: Export Preset…',
  'Preset: Import Preset…',
  'View: Compare',
  'View: Recipe',
  'View: History…',
  'Help: Show Logs',
];

it('has every action in the menu, each with a key of its own', async () => {
  await using app = await openApp();
  const items = (await app.agent.menu())
    .flatMap(({ label, submenu }) => submenu.map((item) => ({ ...item, name: `${label}: ${item.label}` })))
    .filter((item) => item.visible);
  const keys = items.map((item) => item.accelerator).filter((each) => each !== '');
  expect(new Set(keys).size).toBe(keys.length);
  expect(new Set(items.map(({ name }) => name)).size).toBe(items.length);
  expect(items.filter((item) => item.accelerator !== '').map(({ name }) => name)).toEqual(
    expect.arrayContaining(actions),
  );
  await app.agent.clickMenu('File', 'Settings…');
  await app.page.getByRole('dialog', { name: 'Settings' }).waitFor();
});

it('does to the selection what the menu says', async () => {
  await using app = await openApp();
  const { page, agent, home } = app;
  const folder = join(home, 'Pictures');
  await writePictures([join(folder, 'one.jpg'), join(folder, 'two.jpg')], small);
  await writeFile(join(folder, 'torn.jpg'), 'no picture');
  await app.drop([folder]);
  expect(await resultOf(page)).toBe('Done: 2 pictures, 1 failed');
  await fileRow(page, 'one.jpg').click();
  await agent.clickMenu('Selection', 'Show Result in Folder');
  await agent.clickMenu('Selection', 'Show Original in Folder');
  const shown = async (): Promise<string[]> =>
    (await agent.deeds()).flatMap((deed) => (deed.kind === 'shown' ? [deed.what] : []));
  await expect.poll(shown).toEqual([join(folder, 'one-small.jpg'), join(folder, 'one.jpg')]);
  await fileRow(page, 'torn.jpg').click();
  await agent.clickMenu('Selection', 'Copy Reasons');
  await expect.poll(() => agent.copied()).toMatch(/torn\.jpg: ./);
  await agent.clickMenu('Selection', 'Remove from List');
  await fileRow(page, 'torn.jpg').waitFor({ state: 'detached' });
  await expect.poll(() => resultOf(page)).toBe('Done: 2 pictures');
});
