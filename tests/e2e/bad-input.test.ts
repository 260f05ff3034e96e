import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { openApp } from '../harness/app.ts';
import { small, writePictures } from './pictures.ts';
import { fileRow, resultOf } from './steps.ts';

it('goes on past damaged files and says of each what is wrong', async () => {
  await using app = await openApp();
  const { page, home } = app;
  const folder = join(home, 'Pictures/mixed');
  await writePictures([join(folder, 'good.jpg')], small);
  await writeFile(join(folder, 'empty.png'), '');
  await writeFile(
    join(folder, 'garbage.jpg'),
    Buffer.from(Array.from({ length: 5000 }, (_, i) => (i * 7919) % 251)),
  );
  await app.drop([folder]);
  expect(await resultOf(page)).toBe('Done: 1 picture, 2 failed');
  for (const name of ['empty.png', 'garbage.jpg']) {
    await fileRow(page, name).getByText('Failed').waitFor();
    expect(await fileRow(page, name).innerText()).toMatch(/[a-z]{3,}.*\./);
  }
  await page.getByRole('button', { name: 'Copy reasons' }).click();
  await expect
    .poll(() => app.agent.copied())
    .toMatch(/empty\.png: .+\n.*garbage\.jpg: .+|garbage\.jpg: .+\n.*empty\.png: .+/);
  expect(app.complaints).toEqual([]);
});

it('says calmly what is no picture', async () => {
  await using app = await openApp();
  const { page, home } = app;
  await writeFile(join(home, 'Pictures/notes.txt'), 'a text');
  await app.drop([join(home, 'Pictures/notes.txt')]);
  await page
    .getByText(/notes\.txt|no picture/)
    .first()
    .waitFor();
  await app.dropText('text/plain', 'some words that are no address');
  await page
    .getByText(/left out|no picture|no address/i)
    .first()
    .waitFor();
  expect(app.complaints).toEqual([]);
});

it('covers itself only as long as something is held over it', async () => {
  await using app = await openApp();
  const { page, home } = app;
  const path = join(home, 'Pictures/one.jpg');
  await writePictures([path], small);
  await page.getByRole('heading', { name: 'Drop pictures' }).waitFor();
  const veil = page.getByText('Drop to make them smaller');
  await app.dragOver([path]);
  await veil.waitFor();
  await app.dragAway();
  await veil.waitFor({ state: 'detached' });
  await app.drop([path]);
  expect(await resultOf(page)).toBe('Done: 1 picture');
  expect(await veil.count()).toBe(0);
});

it.each(['Settings', 'History', 'Compare'] as const)('takes what is dropped on %s', async (name) => {
  await using app = await openApp();
  const { page, home } = app;
  const paths = ['one.jpg', 'two.jpg'].map((each) => join(home, 'Pictures', each));
  await writePictures(paths, small);
  await app.drop(paths.slice(0, 1));
  await resultOf(page);
  await page.getByRole('button', { name, exact: true }).first().click();
  await page.getByRole('dialog').waitFor();
  await app.dragOver(paths.slice(1));
  const veil = page.getByText('Drop to make them smaller');
  // In front, not behind.
  await expect
    .poll(() =>
      veil.evaluate((element) => {
        const { left, top } = element.getBoundingClientRect();
        element.style.pointerEvents = 'auto';
        return document.elementFromPoint(left + 20, top + 20) === element;
      }),
    )
    .toBe(true);
  await app.dragAway();
  await app.drop(paths.slice(1));
  await page.keyboard.press('Escape');
  await fileRow(page, 'two.jpg').waitFor();
  expect(app.complaints).toEqual([]);
});

it('says so when a folder has no pictures', async () => {
  await using app = await openApp();
  const { page } = app;
  await mkdir(join(app.home, 'Pictures/nothing'));
  await writeFile(join(app.home, 'Pictures/nothing/notes.txt'), 'a text');
  await app.drop([join(app.home, 'Pictures/nothing')]);
  expect(await resultOf(page)).toBe('No pictures found');
  await page.getByText('There were no pictures in what you added.').waitFor();
  await page.getByText('Left out: 1 no picture').waitFor();
  expect(await page.getByText('Looking for pictures').count()).toBe(0);
});
