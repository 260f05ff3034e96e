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

it('says so when a folder has no pictures', async () => {
  await using app = await openApp();
  await mkdir(join(app.home, 'Pictures/nothing'));
  await app.drop([join(app.home, 'Pictures/nothing')]);
  await app.page
    .getByText(/Nothing to do|no pictures/i)
    .first()
    .waitFor();
});
