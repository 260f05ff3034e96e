import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import sharp from 'sharp';
import { expect, it } from 'vitest';
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

// Not here: palette PNG and GIF. libimagequant calculates with SSE in the native build and without it in WebAssembly, and
// some pictures get another palette (docs/decisions/0008-palettes-differ.md).
//
// The app on Linux uses the WebAssembly build of sharp, the command line the native one: nobody may see a difference.
it.each([
  { to: 'jpeg' },
  { to: 'jpeg', effort: 'fast' },
  { to: 'jpeg', lossless: true },
  { to: 'png' },
  { to: 'png', effort: 'fast' },
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
