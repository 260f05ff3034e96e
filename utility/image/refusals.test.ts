import { deflateSync } from 'node:zlib';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { parseRecipe, type RecipeInput } from '../../contract/recipe.ts';
import { longGif } from '../../tests/fixtures/bombs.ts';
import { labTiff } from '../../tests/fixtures/lab-tiff.ts';
import { moving, picture } from '../../tests/fixtures/pictures.ts';
import { loadCodecs } from '../codecs.ts';
import { convert } from './convert.ts';
import { writePngChunk, pngSignature } from './png-chunks.ts';

const codecs = await loadCodecs('native');

function run(bytes: Uint8Array, recipe: RecipeInput): Promise<unknown> {
  return convert({ name: 'a.jpg', bytes, recipe: parseRecipe(recipe) }, codecs, () => undefined);
}

/** A PNG that says it is this large, with hardly a pixel in it. */
function bomb(width: number, height: number): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width);
  header.writeUInt32BE(height, 4);
  header.set([8, 6, 0, 0, 0], 8);
  const data = deflateSync(Buffer.alloc(1000));
  return Buffer.concat([
    pngSignature,
    writePngChunk('IHDR', header),
    writePngChunk('IDAT', data),
    writePngChunk('IEND', new Uint8Array()),
  ]);
}

const drawing = (width: number, height: number): Buffer =>
  Buffer.from(
    `<svg xmlns="http://www.w3.org/2000/svg" width="${String(width)}" height="${String(height)}"><rect width="5" height="5"/></svg>`,
  );

describe('refused from the header', () => {
  it.each<readonly [string, () => Uint8Array | Promise<Uint8Array>, RecipeInput, string, RegExp]>([
    ['nothing', () => new Uint8Array(), {}, 'empty-file', /a\.jpg is empty/],
    ['text', () => Buffer.from('Dear diary, '.repeat(99)), {}, 'not-an-image', /a\.jpg is not an image/],
    [
      'Lab in 8 bits',
      () => labTiff(8, 8, (x) => [50, x, -x], 8),
      { to: 'png' },
      'unsupported-format',
      /a\.jpg has Lab colours of 8 bits.*Save it with 16 bits or as RGB/,
    ],
    [
      'a bomb',
      () => bomb(60_000, 60_000),
      { to: 'webp' },
      'too-many-pixels',
      /3600 megapixels.*limit of 1000/,
    ],
    [
      'a small limit',
      () => picture(),
      { pixelLimit: 10_000 },
      'too-many-pixels',
      /0\.1 megapixels.*limit of 0\.0.*Raise the pixel limit/,
    ],
    [
      'too many frames',
      () => longGif(10_002, 1),
      { to: 'webp' },
      'too-many-frames',
      /a\.jpg has 10002 frames/,
    ],
    ['all frames together', () => moving('gif'), { pixelLimit: 300 }, 'too-many-pixels', /a\.jpg/],
    [
      'too many after enlarging',
      () => picture(),
      { resize: { width: 60_000, enlarge: true } },
      'too-many-pixels',
      /would have 2700 megapixels/,
    ],
    [
      'too long for WebP',
      () =>
        sharp({ create: { width: 20_000, height: 1, channels: 3, background: '#fff' } })
          .png()
          .toBuffer(),
      { to: 'webp' },
      'too-large-for-format',
      /20000x1.*WebP holds at most 16383/,
    ],
    [
      'a drawing too large to draw',
      () => drawing(400, 1),
      { to: 'png', resize: { width: 40_000, enlarge: true } },
      'too-large-for-format',
      /at most 32767/,
    ],
    [
      'an animation',
      () => moving('webp'),
      { to: 'jpeg', animation: 'refuse' },
      'animation-refused',
      /3 frames/,
    ],
  ])('%s', async (_, make, recipe, code, message) => {
    const error: unknown = await run(await make(), recipe).then(
      () => undefined,
      (reason: unknown) => reason,
    );
    expect(error).toMatchObject({ name: 'MillraceError', code });
    expect(String(error)).toMatch(message);
  });
});

describe('a file that was cut off is damaged, whatever its format', async () => {
  const photo = await picture();
  const whole: Readonly<Record<string, () => Promise<Uint8Array>>> = {
    jpeg: () => Promise.resolve(photo),
    'progressive JPEG': () => sharp(photo).jpeg({ progressive: true }).toBuffer(),
    png: () => sharp(photo).png().toBuffer(),
    webp: () => sharp(photo).webp().toBuffer(),
    'moving WebP': () => moving('webp'),
    gif: () => moving('gif'),
    tiff: () => sharp(photo).tiff({ compression: 'none' }).toBuffer(),
    'compressed TIFF': () => sharp(photo).tiff({ compression: 'deflate' }).toBuffer(),
    avif: () => sharp(photo).avif({ effort: 0 }).toBuffer(),
    jxl: async () => {
      const recipe = parseRecipe({ to: 'jxl', effort: 'fast' });
      const { bytes } = await convert({ name: 'a', bytes: photo, recipe }, codecs, () => undefined);
      return bytes ?? photo;
    },
  };

  it.each(Object.entries(whole))('%s', async (_, make) => {
    const bytes = await make();
    await expect(run(bytes, { to: 'png', effort: 'fast' })).resolves.toBeDefined();
    for (const part of [0.4, 0.9]) {
      await expect(run(bytes.subarray(0, bytes.length * part), { to: 'png' })).rejects.toMatchObject({
        code: 'damaged-image',
        message: expect.stringMatching(/^a\.jpg is damaged or incomplete/) as string,
      });
    }
  });
});
