import { execFile } from 'node:child_process';
import { readFile, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { openApp } from '../harness/app.ts';
import { small, writePictures } from './pictures.ts';
import { fileRow, newIn, resultOf } from './steps.ts';

const run = promisify(execFile);

it('makes dropped files smaller, tells by how much, and leaves the originals alone', async () => {
  await using app = await openApp();
  const { page, home } = app;
  const folder = join(home, 'Pictures');
  const names = ['one.jpg', 'two.jpg', 'three.png'];
  await writePictures(
    names.map((name) => join(folder, name)),
    small,
  );
  const before = await Promise.all(names.map((name) => readFile(join(folder, name))));

  await app.drop(names.map((name) => join(folder, name)));
  expect(await resultOf(page)).toBe('Done: 3 pictures');

  const made = await newIn(folder, names);
  expect(made).toEqual(['one-small.jpg', 'three-small.png', 'two-small.jpg']);
  for (const [index, name] of names.entries()) {
    expect(await readFile(join(folder, name))).toEqual(before[index]);
  }
  // Decoders that had no part in making them.
  const { stdout } = await run('identify', [
    '-format',
    '%m %w %h\n',
    ...made.map((name) => join(folder, name)),
  ]);
  expect(stdout).toBe('JPEG 320 240\nPNG 320 240\nJPEG 320 240\n');
  await run('djpeg', ['-strict', '-outfile', join(home, 'one.ppm'), join(folder, 'one-small.jpg')]);

  const [original, output] = await Promise.all(
    ['one.jpg', 'one-small.jpg'].map((name) => stat(join(folder, name))),
  );
  expect(Number(output?.size)).toBeLessThan(Number(original?.size));
  const percent = Math.round((1 - Number(output?.size) / Number(original?.size)) * 100);
  await fileRow(page, 'one.jpg').getByText('Done', { exact: true }).waitFor();
  expect(await fileRow(page, 'one.jpg').innerText()).toContain(`−${String(percent)} %`);
  expect(await fileRow(page, 'one.jpg').locator('img').count()).toBe(1);
  expect(app.complaints).toEqual([]);
});

it('takes whole folders, keeps their order on disk, and says what it left out', async () => {
  await using app = await openApp();
  const { page, home } = app;
  const folder = join(home, 'Pictures/trip');
  await writePictures(
    ['a.jpg', 'deep/er/b.jpg', 'deep/c.jpg'].map((name) => join(folder, name)),
    small,
  );
  await run('bash', ['-c', `echo text > "${folder}/notes.txt"; touch "${folder}/.hidden.jpg"`]);
  await app.drop([folder]);
  expect(await resultOf(page)).toBe('Done: 3 pictures');
  expect((await readdir(join(folder, 'deep/er'))).sort()).toEqual(['b-small.jpg', 'b.jpg']);
  await page.getByText('Left out:').waitFor();
  expect(await page.getByText('Left out:').innerText()).toContain('1 no picture');

  // Dropping what it made itself makes nothing smaller still.
  await app.drop([folder]);
  await page.getByText('made by Millrace before').first().waitFor();
  expect((await readdir(join(folder, 'deep/er'))).sort()).toEqual(['b-small.jpg', 'b.jpg']);
});

it('adds what is chosen in the dialogs of the system', async () => {
  await using app = await openApp();
  const { page, home } = app;
  await writePictures([join(home, 'Pictures/one.jpg'), join(home, 'Pictures/set/two.jpg')], small);
  await page.getByRole('button', { name: 'Choose files' }).click();
  const files = await app.answer({ paths: [join(home, 'Pictures/one.jpg')] });
  expect(files).toMatchObject({
    kind: 'open',
    properties: expect.arrayContaining(['openFile', 'multiSelections']),
  });
  expect(await resultOf(page)).toBe('Done: 1 picture');
  await app.agent.clickMenu('File', 'Add Folder…');
  const folders = await app.answer({ paths: [join(home, 'Pictures/set')] });
  expect(folders).toMatchObject({ kind: 'open', properties: expect.arrayContaining(['openDirectory']) });
  await page.getByText('Done: 2 pictures').first().waitFor();
});

it('makes another format of another size when the recipe says so', async () => {
  await using app = await openApp();
  const { page, home } = app;
  const folder = join(home, 'Pictures');
  await writePictures([join(folder, 'one.jpg')], small);
  await page.getByRole('combobox', { name: 'Format' }).selectOption('WebP');
  await page.getByRole('combobox', { name: 'Size' }).selectOption('Longest edge');
  await page.getByRole('spinbutton').first().fill('160');
  await page.getByText('at most 160 pixels long').waitFor();
  await app.drop([join(folder, 'one.jpg')]);
  await resultOf(page);
  const [made] = await newIn(folder, ['one.jpg']);
  expect(made).toBe('one-small.webp');
  const { stderr } = await run('dwebp', [join(folder, 'one-small.webp'), '-o', join(home, 'one.png')]);
  expect(stderr).toContain('160 x 120');
});
