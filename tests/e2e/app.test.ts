import { execFile } from 'node:child_process';
import { cp, mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import sharp from 'sharp';
import { describe, expect, it, onTestFinished } from 'vitest';
import { corpus } from '../fixtures/corpus.ts';
import { temporaryFolder } from '../fixtures/temporary-folder.ts';
import { newHome, openApp, type AppOptions, type AppUnderTest } from '../harness/app.ts';

// The built app as a person uses it, on Electron where there is one and on Chromium otherwise.

async function start(options: AppOptions = {}): Promise<AppUnderTest> {
  const app = await openApp(options);
  onTestFinished(() => app[Symbol.asyncDispose]());
  return app;
}

/** A folder of photographs of our own making: sharp noise over a slope, which takes an encoder its time. */
async function photos(count: number, edge: number): Promise<string> {
  const folder = join(await temporaryFolder(), 'photos');
  await mkdir(folder, { recursive: true });
  let seed = 1;
  const data = Uint8Array.from({ length: edge * edge * 3 }, (_, index) => {
    seed = (seed * 1_664_525 + 1_013_904_223) >>> 0;
    return ((index / (edge * 3)) * 150) / edge + (seed >>> 25);
  });
  const picture = await sharp(data, { raw: { width: edge, height: edge, channels: 3 } })
    .jpeg({ quality: 95 })
    .toBuffer();
  await Promise.all(
    Array.from({ length: count }, (_, index) =>
      writeFile(join(folder, `photo ${String(index + 1).padStart(3, '0')}.jpg`), picture),
    ),
  );
  return folder;
}

const done = (app: AppUnderTest): Promise<void> => app.page.getByRole('heading', { name: /^Done/ }).waitFor();

async function outputs(folder: string): Promise<string[]> {
  return (await readdir(folder)).filter((name) => name.includes('-small'));
}

async function opens(path: string): Promise<boolean> {
  // djpeg is not ours: it reads what we wrote with another library.
  const { stdout } = await promisify(execFile)('djpeg', ['-fast', path], {
    encoding: 'buffer',
    maxBuffer: 1e9,
  });
  return stdout.byteLength > 1000;
}

describe('the app', () => {
  it('greets with what to do, in one window, without a complaint', async () => {
    const app = await start();
    await app.page.getByRole('heading', { name: 'Drop pictures, folders or links here' }).waitFor();
    await app.page.getByText('Keeps each format, very good, beside the originals').waitFor();
    expect(await app.page.title()).toBe('Millrace');
    expect(app.complaints).toEqual([]);
    expect(await app.quit()).toBe(0);
  });

  it('makes a dropped folder smaller, says by how much, and leaves the originals alone', async () => {
    const folder = await photos(5, 300);
    const original = await readFile(join(folder, 'photo 001.jpg'));
    const app = await start();
    await app.drop([folder]);
    await done(app);
    expect(await app.page.getByRole('heading', { name: /^Done/ }).textContent()).toBe('Done: 5 pictures');
    expect(await app.page.getByRole('grid', { name: 'Files' }).getByRole('row').count()).toBe(6);
    await app.page
      .getByRole('row', { name: /photo 003\.jpg/ })
      .getByText(/^−\d/)
      .waitFor();
    const made = await outputs(folder);
    expect(made).toHaveLength(5);
    for (const name of made) {
      expect(await opens(join(folder, name))).toBe(true);
      expect((await stat(join(folder, name))).size).toBeLessThan(original.byteLength);
    }
    expect(await readFile(join(folder, 'photo 001.jpg'))).toEqual(original);
    expect(app.complaints).toEqual([]);
  });

  it('takes more while it works', async () => {
    const [first, second] = [await photos(3, 400), await photos(2, 300)];
    const app = await start();
    await app.drop([first]);
    await app.drop([second]);
    await app.page.getByRole('heading', { name: 'Done: 5 pictures' }).waitFor();
  });

  it('pauses, goes on, and cancels', async () => {
    const folder = await photos(40, 700);
    const app = await start();
    await app.drop([folder]);
    await app.page.getByRole('button', { name: 'Pause' }).click();
    await app.page.getByText(/^Paused at/).waitFor();
    await app.page.getByRole('button', { name: 'Resume' }).click();
    await app.page.getByRole('button', { name: 'Pause' }).waitFor();
    await app.page.getByRole('button', { name: 'Cancel', exact: true }).click();
    await app.page.getByRole('heading', { name: /^Cancelled/ }).waitFor();
    const names = await readdir(folder);
    expect(names.filter((name) => !name.endsWith('.jpg'))).toEqual([]);
    expect((await outputs(folder)).length).toBeLessThan(40);
  });

  it('loses nothing when a worker is killed in the middle', async () => {
    const folder = await photos(12, 700);
    const app = await start();
    await app.drop([folder]);
    await app.page
      .getByRole('row', { name: /Working/ })
      .first()
      .waitFor();
    const pid = /process (\d+)/.exec(app.output())?.[1];
    process.kill(Number(pid), 'SIGKILL');
    await app.page.getByRole('heading', { name: 'Done: 12 pictures' }).waitFor();
    expect(await outputs(folder)).toHaveLength(12);
  });

  it('knows everything after its page was reloaded', async () => {
    const folder = await photos(12, 700);
    const app = await start();
    await app.drop([folder]);
    await app.page
      .getByRole('row', { name: /Working/ })
      .first()
      .waitFor();
    await app.reload();
    await app.page.getByRole('heading', { name: 'Done: 12 pictures' }).waitFor();
    expect(await app.page.getByRole('grid', { name: 'Files' }).getAttribute('aria-rowcount')).toBe('13');
  });

  it('says what it left out, and why something failed', async () => {
    const folder = await photos(1, 200);
    await writeFile(join(folder, 'letter.txt'), 'no picture');
    await writeFile(join(folder, 'broken.jpg'), 'no picture either');
    const app = await start();
    await app.drop([folder]);
    await app.page.getByRole('heading', { name: 'Done: 1 picture, 1 failed' }).waitFor();
    await app.page.getByText('Left out: 1 no picture').waitFor();
    const row = app.page.getByRole('row', { name: /broken\.jpg/ });
    expect(await row.textContent()).toContain('is not an image');
    await app.page.getByRole('button', { name: 'Copy reasons' }).click();
    await app.dropText('text/plain', 'just words');
    await app.page.getByText('That is no picture, folder or link.').waitFor();
  });

  it('shows original and result beside each other', async () => {
    const folder = await photos(1, 500);
    const app = await start();
    await app.drop([folder]);
    await done(app);
    await app.page.getByRole('button', { name: 'Compare' }).click();
    const dialog = app.page.getByRole('dialog');
    await dialog.getByRole('img', { name: 'Original and result' }).waitFor();
    await dialog.getByRole('button', { name: '100 %' }).click();
    await dialog.getByText('Zoom 100 %').waitFor();
    await dialog.getByRole('button', { name: 'Side by side' }).click();
    const [one, two] = [
      dialog.getByRole('img', { name: 'Original' }),
      dialog.getByRole('img', { name: 'Result' }),
    ];
    for (const picture of [one, two]) {
      await picture.waitFor();
      expect(await picture.evaluate((image: HTMLImageElement) => image.naturalWidth)).toBe(500);
    }
    await app.page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
  });

  it('follows the recipe, says what is wrong with it at its field, and remembers it', async () => {
    const home = await newHome();
    onTestFinished(() => rm(home, { recursive: true, force: true, maxRetries: 5 }));
    const folder = await photos(1, 300);
    const app = await start({ home });
    await app.page.getByLabel('Format', { exact: true }).selectOption('webp');
    await app.page.getByLabel('Size', { exact: true }).selectOption('longestEdge');
    const pixels = app.page.getByLabel('Pixels', { exact: true });
    await pixels.fill('-3');
    await app.page.getByText('Enter an integer from 1 to 65535.').waitFor();
    expect(await pixels.getAttribute('aria-invalid')).toBe('true');
    await pixels.fill('100');
    await app.page.getByText('at most 100 pixels long').waitFor();
    await app.drop([folder]);
    await done(app);
    const { format, width } = await sharp(join(folder, 'photo 001-small.webp')).metadata();
    expect([format, width]).toEqual(['webp', 100]);
    expect(await app.quit()).toBe(0);

    const again = await start({ home });
    await again.page.getByText('Makes WebP').waitFor();
    expect(await again.page.getByLabel('Pixels', { exact: true }).inputValue()).toBe('100');
  });

  it('asks before it quits in the middle of a batch', async () => {
    const app = await start();
    await app.drop([await photos(30, 700)]);
    await app.page
      .getByRole('row', { name: /Working/ })
      .first()
      .waitFor();
    const quitting = app.quit();
    const asked = await app.answer({ button: 'Stop and quit' });
    expect(asked.message).toBe('A batch is still working.');
    expect(await quitting).toBe(0);
  });

  it('tries itself on the samples', async () => {
    const app = await start();
    await app.page.getByRole('button', { name: 'Try it with sample pictures' }).click();
    await app.page.getByRole('heading', { name: 'Done: 4 pictures' }).waitFor();
    expect(app.complaints).toEqual([]);
  });
});

describe.skipIf(corpus === undefined)('the app with pictures of every format', () => {
  it('shows and converts them', async () => {
    const folder = join(await temporaryFolder(), 'mixed');
    await mkdir(folder);
    const wanted = ['camera-jpeg', 'graphics-png', 'heic', 'svg', 'webp'];
    for (const set of (await readdir(corpus ?? '')).filter((name) => wanted.includes(name))) {
      const [first] = (await readdir(join(corpus ?? '', set))).sort();
      if (first !== undefined) await cp(join(corpus ?? '', set, first), join(folder, first));
    }
    const count = (await readdir(folder)).length;
    expect(count).toBeGreaterThan(1);
    const app = await start();
    await app.drop([folder]);
    await app.page
      .getByRole('heading', { name: `Done: ${String(count)} pictures` })
      .waitFor({ timeout: 90_000 });
    await app.page.waitForFunction(
      (number) => document.querySelectorAll('.thumb img').length === number,
      count,
    );
  });
});
