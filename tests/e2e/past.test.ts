import { createHash } from 'node:crypto';
import { readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { expect, it, onTestFinished } from 'vitest';
import { newHome, openApp } from '../harness/app.ts';
import { large, small, writePictures } from './pictures.ts';
import { fileRow, pixelsOf, resultOf, untilWorking } from './steps.ts';

async function home(): Promise<string> {
  const folder = await newHome();
  onTestFinished(() => rm(folder, { recursive: true, force: true, maxRetries: 3 }));
  return folder;
}

async function digest(path: string): Promise<string> {
  return createHash('sha256')
    .update(await readFile(path))
    .digest('hex');
}

/** What tells an original from whatever else stands in its place: its bytes and its date. */
async function look(paths: readonly string[]): Promise<string[]> {
  return Promise.all(
    paths.map(async (path) => `${await digest(path)} ${String((await stat(path)).mtimeMs)}`),
  );
}

it('replaces originals when told to, and puts them back', async () => {
  const place = await home();
  const paths = ['one.jpg', 'two.jpg', 'three.jpg'].map((name) => join(place, 'Pictures', name));
  await writePictures(paths, small);
  const before = await look(paths);
  await using app = await openApp({ home: place });
  const { page } = app;
  await page.getByRole('combobox', { name: 'Save', exact: true }).selectOption('In place of the original');
  await page.getByRole('combobox', { name: 'Likeness' }).selectOption('Small');
  await page.getByText('likeness “small”, in place of the originals').waitFor();
  await page.getByText('The originals are kept and can be put back.').waitFor();
  await app.drop([join(place, 'Pictures')]);
  await app.answer({ button: 'Replace' });
  expect(await resultOf(page)).toBe('Done: 3 pictures');
  for (const path of paths) expect((await sharp(path).metadata()).format).toBe('jpeg');
  const after = await look(paths);
  expect(after.filter((each) => before.includes(each))).toEqual([]);
  expect((await readdir(join(place, 'Pictures'))).sort()).toEqual(['one.jpg', 'three.jpg', 'two.jpg']);

  // Compare still has both: the original is shown from its backup.
  await fileRow(page, 'one.jpg').getByRole('button', { name: 'Compare' }).click();
  await page.getByRole('button', { name: 'Differences' }).click();
  const map = page.getByRole('img', { name: /^Where the two differ/ });
  await map.waitFor();
  const { data } = await pixelsOf(map);
  expect(data.filter((value, at) => at % 4 === 3 && value > 0).length).toBeGreaterThan(0);
  await page.keyboard.press('Escape');

  await page.getByRole('button', { name: 'Put originals back' }).click();
  await page.getByText('3 originals are back in place.').waitFor();
  expect(await look(paths)).toEqual(before);
});

it('keeps originals in the folder that was chosen, and says so when that is not there', async () => {
  const place = await home();
  const [one, two] = [join(place, 'Pictures/one.jpg'), join(place, 'Pictures/two.jpg')] as const;
  await writePictures([one, two], small);
  const before = await look([one, two]);
  await using app = await openApp({ home: place });
  const { page } = app;
  await page.getByRole('button', { name: 'Settings', exact: true }).click();
  const settings = page.getByRole('dialog', { name: 'Settings' });
  await settings.getByRole('combobox', { name: 'Keep replaced originals in' }).selectOption('Another folder');
  await app.answer({ paths: [join(place, 'drive/kept')] });
  await settings.getByText(join(place, 'drive/kept')).waitFor();
  await settings.getByRole('switch', { name: 'Ask before originals are replaced' }).click();
  await page.keyboard.press('Escape');
  await page.getByRole('combobox', { name: 'Save', exact: true }).selectOption('In place of the original');
  await page.getByText('in place of the originals').waitFor();
  await app.drop([one]);
  expect(await resultOf(page)).toBe('Done: 1 picture');
  const [run = ''] = await readdir(join(place, 'drive/kept'));
  const [backup = ''] = await readdir(join(place, 'drive/kept', run));
  expect(await look([join(place, 'drive/kept', run, backup)])).toEqual([before[0]]);

  await rename(join(place, 'drive'), join(place, 'unplugged'));
  await app.drop([two]);
  await page
    .getByText(/Connect its drive/)
    .first()
    .waitFor();
  expect(await look([two])).toEqual([before[1]]);
  await rename(join(place, 'unplugged'), join(place, 'drive'));
  await page.getByRole('button', { name: 'Put originals back' }).click();
  await page.getByText('1 original is back in place.').waitFor();
  expect(await look([one, two])).toEqual(before);
});

it('goes on by itself after it was killed in the middle, and does nothing twice', async () => {
  const place = await home();
  const names = ['a', 'b', 'c', 'd', 'e', 'f'];
  const paths = names.map((name) => join(place, 'Pictures', `${name}.png`));
  await writePictures(paths, large);
  {
    await using app = await openApp({ home: place });
    await app.page.getByRole('combobox', { name: 'Format' }).selectOption('WebP');
    await app.page.getByText('Makes WebP').waitFor();
    await app.drop([join(place, 'Pictures')]);
    await app.page.getByRole('gridcell', { name: 'Done', exact: true }).first().waitFor();
    await untilWorking(app.page);
    process.kill(app.pid, 'SIGKILL');
    await app.exited;
  }
  await using app = await openApp({ home: place });
  const { page } = app;
  await page.getByText('The batch that was interrupted goes on where it was.').waitFor();
  expect(await resultOf(page)).toBe('Done: 6 pictures');
  const made = (await readdir(join(place, 'Pictures'))).filter((name) => !name.endsWith('.png'));
  expect(made.sort()).toEqual(names.map((name) => `${name}-small.webp`));
  for (const name of made) await sharp(join(place, 'Pictures', name)).stats();

  // The same folder again: there is nothing to do, and what Millrace made is no source.
  await page.getByRole('button', { name: 'Start again' }).click();
  await app.drop([join(place, 'Pictures')]);
  expect(await resultOf(page)).toBe('Nothing to do');
  expect((await readdir(join(place, 'Pictures'))).length).toBe(12);
});

it('shows what was done, and undoes it from there after a restart', async () => {
  const place = await home();
  const path = join(place, 'Pictures', 'one.jpg');
  await writePictures([path], small);
  const before = await look([path]);
  {
    await using app = await openApp({ home: place });
    await app.page
      .getByRole('combobox', { name: 'Save', exact: true })
      .selectOption('In place of the original');
    await app.page.getByText('in place of the originals').waitFor();
    await app.drop([path]);
    await app.answer({ button: 'Replace' });
    expect(await resultOf(app.page)).toBe('Done: 1 picture');
    expect(await app.quit()).toBe(0);
  }
  await using app = await openApp({ home: place });
  const { page } = app;
  await app.agent.clickMenu('View', 'History…');
  const dialog = page.getByRole('dialog', { name: 'History' });
  await dialog.getByText('Done: 1 picture').waitFor();
  await dialog.getByRole('button', { name: 'Put 1 back' }).click();
  await page.getByText('1 original is back in place.').waitFor();
  expect(await look([path])).toEqual(before);
});

it('converts again what it has done before when it is told to', async () => {
  const place = await home();
  const path = join(place, 'Pictures', 'one.jpg');
  await writePictures([path], small);
  await using app = await openApp({ home: place });
  const { page } = app;
  await app.drop([path]);
  await resultOf(page);
  await page.getByRole('button', { name: 'Start again' }).click();
  await app.drop([path]);
  expect(await resultOf(page)).toBe('Nothing to do');
  await fileRow(page, 'one.jpg').getByText('Left as it is').waitFor();
  await page.getByRole('button', { name: 'Convert anyway' }).click();
  await page.getByText('Done: 1 picture').first().waitFor();
  expect((await readdir(join(place, 'Pictures'))).sort()).toEqual([
    'one-small (2).jpg',
    'one-small.jpg',
    'one.jpg',
  ]);
});
