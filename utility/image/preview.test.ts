import sharp from 'sharp';
import { beforeAll, describe, expect, it } from 'vitest';
import { moving, picture } from '../../tests/fixtures/pictures.ts';
import { parseRecipe } from '../../contract/recipe.ts';
import { loadCodecs, type Codecs } from '../codecs.ts';
import { makePreview } from './preview.ts';

let codecs: Codecs;
beforeAll(async () => {
  codecs = await loadCodecs('native');
});

const name = 'picture';

describe('a small preview', () => {
  it.each(['jpeg', 'png', 'webp', 'tiff', 'avif', 'gif'] as const)('is made of %s', async (format) => {
    const bytes = await sharp(await picture({ width: 300, height: 200 }))
      .toFormat(format)
      .toBuffer();
    const small = await makePreview({ name, bytes, maxEdge: 64 }, codecs);
    expect(small).toMatchObject({ width: 300, height: 200 });
    const read = await sharp(small.bytes).metadata();
    expect(read).toMatchObject({ width: 64, height: 43 });
    expect(small.mime).toBe(`image/${read.format}`);
    expect(small.bytes.byteLength).toBeLessThan(8000);
  });

  it('is upright', async () => {
    const bytes = await sharp(await picture({ width: 300, height: 200 }))
      .withMetadata({ orientation: 6 })
      .toBuffer();
    const small = await makePreview({ name, bytes, maxEdge: 90 }, codecs);
    expect(small).toMatchObject({ width: 200, height: 300 });
    const { width, height, orientation } = await sharp(small.bytes).metadata();
    expect({ width, height, orientation }).toEqual({ width: 60, height: 90, orientation: undefined });
  });

  it('keeps transparency, and a picture smaller than asked as it is', async () => {
    const bytes = await sharp({ create: { width: 20, height: 10, channels: 4, background: '#ff000080' } })
      .png()
      .toBuffer();
    const small = await makePreview({ name, bytes, maxEdge: 64 }, codecs);
    expect(small.mime).toBe('image/webp');
    const read = sharp(small.bytes);
    expect(await read.metadata()).toMatchObject({ width: 20, height: 10, hasAlpha: true });
    const [red, , , alpha] = await read.raw().toBuffer();
    expect(red).toBeGreaterThan(250);
    expect(alpha).toBeGreaterThan(120);
    expect(alpha).toBeLessThan(136);
  });

  it('shows the colours that a profile means', async () => {
    const red = sharp({ create: { width: 8, height: 8, channels: 3, background: '#ff0000' } });
    const bytes = await red.withIccProfile('p3').png().toBuffer();
    const [, green] = await sharp(bytes, { ignoreIcc: true }).raw().toBuffer();
    expect(green).toBeGreaterThan(20);
    const small = await makePreview({ name, bytes, maxEdge: 64 }, codecs);
    const { data } = await sharp(small.bytes).raw().toBuffer({ resolveWithObject: true });
    expect(data[0]).toBeGreaterThan(250);
    expect(data[1]).toBeLessThan(12);
    expect((await sharp(small.bytes).metadata()).icc).toBeUndefined();
  });

  it('is the first frame of what moves, and of a drawing', async () => {
    const gif = await makePreview({ name, bytes: await moving('gif'), maxEdge: 64 }, codecs);
    expect((await sharp(gif.bytes).metadata()).height).toBe(9);
    const svg =
      '<svg xmlns="http://www.w3.org/2000/svg" width="1000" height="500"><rect width="9" height="9"/></svg>';
    const drawn = await makePreview({ name, bytes: new TextEncoder().encode(svg), maxEdge: 100 }, codecs);
    expect(await sharp(drawn.bytes).metadata()).toMatchObject({ width: 100, height: 50 });
  });
});

describe('a whole preview', () => {
  it.each(['jpeg', 'png', 'webp', 'avif', 'gif'] as const)('is the very file: %s', async (format) => {
    const bytes = await sharp(await picture())
      .toFormat(format)
      .toBuffer();
    const whole = await makePreview({ name, bytes }, codecs);
    expect(whole.bytes).toBe(bytes);
    expect(whole).toMatchObject({ mime: `image/${format}`, width: 320, height: 240 });
  });

  it('has every pixel and the profile of what browsers cannot show', async () => {
    const source = sharp(await picture()).withIccProfile('p3');
    const bytes = await source.tiff().toBuffer();
    const whole = await makePreview({ name, bytes }, codecs);
    expect(whole.mime).toBe('image/png');
    const read = await sharp(whole.bytes).metadata();
    expect(read.icc).toBeDefined();
    expect(await sharp(whole.bytes, { ignoreIcc: true }).raw().toBuffer()).toEqual(
      await sharp(bytes, { ignoreIcc: true }).raw().toBuffer(),
    );
  });

  it('is made where a browser would show another picture: CMYK, and turned files other than JPEG', async () => {
    const cmyk = await sharp(await picture())
      .toColourspace('cmyk')
      .jpeg()
      .toBuffer();
    expect((await makePreview({ name, bytes: cmyk }, codecs)).mime).toBe('image/png');
    const turned = await sharp(await picture())
      .withMetadata({ orientation: 6 })
      .webp()
      .toBuffer();
    const whole = await makePreview({ name, bytes: turned }, codecs);
    expect(await sharp(whole.bytes).metadata()).toMatchObject({ format: 'png', width: 240, height: 320 });
  });
});

describe('a preview to lay over a result', () => {
  it.each([
    ['turned', { rotate: 90 }, 240, 320],
    ['mirrored', { flip: 'horizontal' }, 320, 240],
    ['cropped', { resize: { width: 100, height: 100, fit: 'cover', enlarge: false } }, 100, 100],
    ['stretched', { resize: { width: 300, height: 50, fit: 'stretch', enlarge: false } }, 300, 50],
  ] as const)('is %s as the result is', async (_, change, width, height) => {
    const bytes = await picture();
    const reshape = parseRecipe(change);
    const shown = await makePreview({ name, bytes, reshape }, codecs);
    expect(shown).toMatchObject({ mime: 'image/png', width, height });
    expect(await sharp(shown.bytes).metadata()).toMatchObject({ width, height });
  });

  it('is the very file where nothing but its size changes', async () => {
    const bytes = await picture({ width: 321, height: 123 });
    for (const edge of [200, 33, 5000]) {
      const reshape = parseRecipe({ resize: { longestEdge: edge, fit: 'inside', enlarge: false } });
      expect((await makePreview({ name, bytes, reshape }, codecs)).bytes).toBe(bytes);
    }
  });
});

it('says of what is no picture that it is none', async () => {
  const bytes = new TextEncoder().encode('hello');
  await expect(makePreview({ name: 'letter.txt', bytes, maxEdge: 64 }, codecs)).rejects.toMatchObject({
    code: 'not-an-image',
  });
});
