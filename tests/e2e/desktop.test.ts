import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { openApp } from '../harness/app.ts';
import { large, small, writePictures } from './pictures.ts';
import { fileRow, resultOf, untilWorking } from './steps.ts';

it('has a menu that fits the batch', async () => {
  await using app = await openApp();
  const enabled = async (): Promise<string[]> => {
    const menu = await app.agent.menu();
    const items = menu.find(({ label }) => label === 'Batch')?.submenu ?? [];
    return items.filter((item) => item.enabled).map((item) => item.label);
  };
  expect(await enabled()).toEqual([]);
  const paths = ['a.png', 'b.png', 'c.png'].map((name) => join(app.home, 'Pictures', name));
  await writePictures(paths, large);
  await app.drop(paths);
  await untilWorking(app.page);
  expect(await enabled()).toEqual(['Pause', 'Cancel', 'Clear']);
  await app.agent.clickMenu('Batch', 'Pause');
  await app.page.getByText(/^Paused at/).waitFor();
  await expect.poll(enabled).toEqual(['Resume', 'Cancel', 'Clear']);
  await app.agent.clickMenu('Batch', 'Cancel');
  await resultOf(app.page);
  await expect.poll(enabled).toEqual(['Clear']);
  await app.agent.clickMenu('Batch', 'Clear');
  await app.page.getByRole('button', { name: 'Choose files' }).waitFor();
});

it('is as dark as the menu says, and remembers it in the settings', async () => {
  await using app = await openApp();
  const isDark = (): Promise<boolean> =>
    app.page.evaluate(() => matchMedia('(prefers-color-scheme: dark)').matches);
  await app.page.getByRole('button', { name: 'Choose files' }).waitFor();
  await app.agent.clickMenu('View', 'Theme', 'Dark');
  await expect.poll(isDark).toBe(true);
  // The page is told of the new settings apart from its colours, and the screen shows those that it opens with.
  await app.page.locator('[data-theme=dark]').waitFor();
  await app.agent.clickMenu('File', 'Settings…');
  await expect.poll(() => app.page.getByRole('combobox', { name: 'Appearance' }).inputValue()).toBe('dark');
});

it('writes a log that names files and not where they are, and shows it', async () => {
  await using app = await openApp();
  const folder = join(app.home, 'Pictures');
  await writePictures([join(folder, 'good.jpg')], small);
  await writeFile(join(folder, 'bad.jpg'), 'this is no picture');
  await app.drop([join(folder, 'good.jpg'), join(folder, 'bad.jpg')]);
  await resultOf(app.page);
  await fileRow(app.page, 'bad.jpg').getByText('Failed').waitFor();
  // What the page says is in the log too.
  await app.page.evaluate((path) => {
    // eslint-disable-next-line no-console -- the page's console is what is tested
    console.warn(`A word about ${path}/good.jpg`);
  }, folder);
  await expect.poll(() => app.log()).toContain('A word about …/good.jpg');
  expect(await app.log()).not.toContain(app.home);
  await app.agent.clickMenu('Help', 'Show Logs');
  const deeds = await app.agent.deeds();
  expect(deeds).toContainEqual({ kind: 'shown', what: join(await app.agent.logs(), 'main.log') });
});
