import { join } from 'node:path';
import { expect, it } from 'vitest';
import { openApp } from '../harness/app.ts';
import { small, writePictures } from './pictures.ts';
import { resultOf } from './steps.ts';

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
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  await page.getByRole('dialog').waitFor();
  await page.keyboard.press('Escape');
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  // Back where it was before.
  expect(await page.evaluate(() => document.activeElement?.getAttribute('aria-label'))).toBe('Files');
  await tabTo(/^Clear$/);
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'Drop pictures' }).waitFor();
});

it('has every action in the menu, each accelerator once', async () => {
  await using app = await openApp();
  const menu = (await app.agent.menu()).flatMap(({ label, submenu }) =>
    submenu.map((item) => ({ menu: label, ...item })),
  );
  const visible = menu.filter((item) => item.visible);
  const accelerators = visible.map((item) => item.accelerator).filter((each) => each !== '');
  expect(new Set(accelerators).size).toBe(accelerators.length);
  expect(visible.map((item) => `${item.menu}: ${item.label}`)).toEqual([
    ...new Set(visible.map((item) => `${item.menu}: ${item.label}`)),
  ]);
  await app.agent.clickMenu('File', 'Settings…');
  await app.page.getByRole('dialog', { name: 'Settings' }).waitFor();
});
