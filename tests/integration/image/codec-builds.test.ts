import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { writeApng } from '../../fixtures/apng.ts';
import { corpus } from '../../fixtures/corpus.ts';
import { picture } from '../../fixtures/pictures.ts';
import { temporaryFolder } from '../../fixtures/temporary-folder.ts';

const script = join(import.meta.dirname, '../../fixtures/convert-in-process.ts');

async function outputs(build: string, recipe: object, files: readonly string[]): Promise<string[]> {
  const { stdout } = await promisify(execFile)(process.execPath, [script, JSON.stringify(recipe), ...files], {
    env: { ...process.env, MILLRACE_CODECS: build },
  });
  const lines = stdout.trim().split('\n');
  expect(lines.every((line) => line.startsWith(`${build} `))).toBe(true);
  return lines.map((line) => line.split(' ')[1] ?? '');
}

// The app on Linux uses the WebAssembly build of sharp, the command line the native one: nobody may see a difference.
it.each([
  { to: 'jpeg' },
  { to: 'jpeg', effort: 'fast' },
  { to: 'jpeg', lossless: true },
  { to: 'png' },
  { to: 'png', effort: 'fast' },
  { to: 'png', palette: true, effort: 'fast' },
  { to: 'gif', effort: 'fast' },
  { to: 'webp' },
  { to: 'webp', lossless: true },
  { to: 'webp', resize: { width: 100 } },
  { to: 'avif', effort: 'fast' },
  { to: 'tiff' },
  { to: 'jxl', effort: 'fast' },
  { to: 'best', effort: 'fast' },
  { to: 'jpeg', quality: 'auto:70', maxBytes: 9000 },
  // Ends between two steps of quality.
  { to: 'webp', quality: 'auto:77.1', effort: 'fast', resize: { width: 500 } },
])('both builds of sharp make the same bytes of %j', async (recipe) => {
  const folder = await temporaryFolder();
  const opaque = join(folder, 'opaque.jpg');
  const transparent = join(folder, 'transparent.png');
  // Large enough for a search on a montage.
  await writeFile(opaque, await picture({ width: 800, height: 600 }));
  await writeFile(
    transparent,
    await sharp(await picture())
      .ensureAlpha(0.5)
      .withMetadata()
      .png()
      .toBuffer(),
  );
  const files = 'lossless' in recipe && recipe.to === 'jpeg' ? [opaque] : [opaque, transparent];
  expect(await outputs('wasm', recipe, files)).toEqual(await outputs('native', recipe, files));
});

it.each([
  { to: 'webp', lossless: true },
  { to: 'gif', effort: 'fast' },
])('both builds of sharp make the same bytes of an animated PNG with %j', async (recipe) => {
  const path = join(await temporaryFolder(), 'moving.png');
  const frame = (value: number) => ({ width: 40, height: 30, pixels: new Uint8Array(4800).fill(value) });
  await writeFile(path, writeApng({ width: 40, height: 30, frames: [frame(255), frame(128), frame(200)] }));
  expect(await outputs('wasm', recipe, [path])).toEqual(await outputs('native', recipe, [path]));
});

// Photographs, drawings, transparency and moving pictures. They are made smaller: whole ones would take minutes.
describe.skipIf(corpus === undefined)('both builds of sharp choose the same colours', () => {
  const still = [
    'photo-png/kodak-1.png',
    'photo-png/kodak-23.png',
    'graphics-png/Arc-Colors-Transparent-Wallpaper.png',
    'graphics-png/plasma-Kay-1080x1920.png',
    'graphics-png/Stripes.png',
    'tricky/test-pattern.png',
    'tricky/with-alpha.png',
    'tricky/tbgn2c16.png',
    'tricky/gradients-rgb8.png',
    'tricky/stripesH.png',
    'tricky/p3.png',
    'tricky/5_webp_a.webp',
    'tricky/4.webp',
  ];
  const moving = [
    'tricky/animated-loop-3.gif',
    'tricky/animated-loop-3.webp',
    'tricky/rotating-squares.gif',
    'tricky/rotating-squares.webp',
    'tricky/big-height.webp',
  ];
  it.each([
    [{ to: 'png', palette: true, resize: { longestEdge: 480 } }, still],
    [{ to: 'best', bestOf: ['png', 'gif'], palette: true, resize: { longestEdge: 320 } }, still.slice(0, 5)],
    [{ to: 'gif', resize: { longestEdge: 480 } }, [...still, ...moving]],
    [{ to: 'gif', effort: 'smallest', resize: { longestEdge: 64 } }, moving],
  ])('of %j', async (recipe, files) => {
    const paths = files.map((file) => join(corpus ?? '', file));
    expect(await outputs('wasm', recipe, paths)).toEqual(await outputs('native', recipe, paths));
  });
});
