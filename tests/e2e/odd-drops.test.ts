import { execFile, execFileSync } from 'node:child_process';
import { readFile, readdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it, onTestFinished } from 'vitest';
import { canMount } from '../fixtures/can-mount.ts';
import { serveHalf } from '../fixtures/half-server.ts';
import { temporaryFolder } from '../fixtures/temporary-folder.ts';
import { openApp } from '../harness/app.ts';
import { large, small, writePictures } from './pictures.ts';
import { fileRow, resultOf } from './steps.ts';

const run = promisify(execFile);

it('makes a row of a dropped link at once, and says why it cannot be had', async () => {
  await using app = await openApp();
  await app.dropText('text/uri-list', 'http://127.0.0.1:9/holiday.jpg');
  await fileRow(app.page, 'holiday.jpg').waitFor();
  expect(await resultOf(app.page)).toContain('1 failed');
  expect(await fileRow(app.page, 'holiday.jpg').innerText()).toMatch(/Failed/);
  expect(app.complaints).toEqual([]);
});

it("downloads a link before everyone's eyes, converts it and shows it, and takes a pasted address too", async () => {
  await using app = await openApp({ args: ['--allow-private-links'] });
  const { page, home } = app;
  await writePictures([join(home, 'beach.jpg')], small);
  const bytes = await readFile(join(home, 'beach.jpg'));
  await using server = await serveHalf(bytes);
  const { address } = server;
  await app.dropText('text/uri-list', `${address}/beach.jpg`);
  await fileRow(page, 'beach.jpg')
    .getByText(/Downloading (49|50) %/)
    .waitFor();
  server.sendRest();
  expect(await resultOf(page)).toBe('Done: 1 picture');
  await expect.poll(() => fileRow(page, 'beach.jpg').locator('img').count()).toBe(1);

  await page.evaluate((text) => {
    const clipboardData = new DataTransfer();
    clipboardData.setData('text/plain', text);
    document.dispatchEvent(new ClipboardEvent('paste', { clipboardData, bubbles: true }));
  }, `${address}/pier.jpg`);
  await page.getByRole('heading', { name: 'Done: 2 pictures' }).waitFor();
  expect((await readdir(join(home, 'Pictures'))).sort()).toEqual(['beach-small.jpg', 'pier-small.jpg']);
  expect(app.complaints).toEqual([]);
});

it('takes a picture out of the clipboard, and saves it where it can be found', async () => {
  await using app = await openApp();
  const { page, home } = app;
  await writePictures([join(home, 'shot.png')], small);
  const bytes = [...(await readFile(join(home, 'shot.png')))];
  await page.evaluate((given) => {
    const clipboardData = new DataTransfer();
    clipboardData.items.add(new File([new Uint8Array(given)], 'image.png', { type: 'image/png' }));
    document.dispatchEvent(new ClipboardEvent('paste', { clipboardData, bubbles: true }));
  }, bytes);
  expect(await resultOf(page)).toBe('Done: 1 picture');
  expect(await readdir(join(home, 'Pictures'))).toEqual(['image.png']);
});

it('tries it with the samples that came along, and leaves those as they are', async () => {
  await using app = await openApp();
  const { page } = app;
  await page.getByRole('button', { name: 'Try it with sample pictures' }).click();
  expect(await resultOf(page)).toMatch(/^Done: \d pictures$/);
});

describe.runIf(canMount())('a disk that is full', () => {
  it('holds the batch, says so, and goes on when there is room', async () => {
    const disk = await temporaryFolder();
    await run('mount', ['-t', 'tmpfs', '-o', 'size=300k', 'tmpfs', disk]);
    onTestFinished(() => void execFileSync('umount', ['-l', disk]));
    await using app = await openApp();
    const { page, home } = app;
    await writePictures(
      ['one.jpg', 'two.jpg', 'three.jpg'].map((name) => join(home, 'Pictures', name)),
      large,
    );
    await page.getByRole('combobox', { name: 'Save' }).selectOption('In a folder');
    await app.answer({ paths: [disk] });
    await page.getByText(`into ${basename(disk)}`).waitFor();
    await app.drop([join(home, 'Pictures')]);
    await page
      .getByRole('alert')
      .filter({ hasText: /full|room|space/ })
      .waitFor();
    await run('mount', ['-o', 'remount,size=50m', disk]);
    await page.getByRole('button', { name: 'Continue' }).click();
    expect(await resultOf(page)).toBe('Done: 3 pictures');
    expect(await readdir(disk)).toHaveLength(3);
  });
});
