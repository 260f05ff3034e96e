import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { picture } from '../../tests/fixtures/pictures.ts';
import { encodePlainWebp } from './encode-webp.ts';
import type { Pixels } from './pixels.ts';

async function pixelsOf(size: { width: number; height: number }, opacity?: number): Promise<Pixels> {
  const image = sharp(await picture(size));
  if (opacity !== undefined) image.ensureAlpha(opacity);
  const { data } = await image.raw().toBuffer({ resolveWithObject: true });
  return { data, ...size, frames: 1, channels: opacity === undefined ? 3 : 4, bitDepth: 8 };
}

describe('a WebP with nothing but a quality', () => {
  it.each([
    [320, 240],
    [1, 1],
    [3, 1],
    [127, 61],
  ])('is what sharp writes, %i x %i', async (width, height) => {
    const size = { width, height };
    for (const pixels of [await pixelsOf(size), await pixelsOf(size, 1), await pixelsOf(size, 0.4)]) {
      const { data, channels } = pixels;
      for (const quality of [1, 37, 80, 100]) {
        const written = await encodePlainWebp(pixels, { options: { quality, effort: 4 } });
        const bySharp = await sharp(data, { raw: { width, height, channels } }).webp({ quality }).toBuffer();
        expect(bySharp.equals(written ?? Buffer.alloc(0))).toBe(true);
      }
    }
  });

  it('does not need its pixels at the start of a word', async () => {
    const pixels = await pixelsOf({ width: 30, height: 20 });
    const settings = { options: { quality: 80, effort: 4 } };
    const written = await encodePlainWebp(pixels, settings);
    for (const room of [new Uint8Array(pixels.data.length + 1), Buffer.alloc(pixels.data.length + 1)]) {
      const moved = room.subarray(1);
      moved.set(pixels.data);
      expect(await encodePlainWebp({ ...pixels, data: moved }, settings)).toEqual(written);
    }
  });

  it('is what sharp writes of numbers that look like more of a header', async () => {
    const [width, height] = [40, 40];
    for (const text of ['# a comment\n', '255\n', 'P6 1 1 255\n', '\n\n\n']) {
      const data = Buffer.alloc(width * height * 3, text);
      const pixels: Pixels = { data, width, height, frames: 1, channels: 3, bitDepth: 8 };
      const written = await encodePlainWebp(pixels, { options: { quality: 80, effort: 4 } });
      const bySharp = await sharp(data, { raw: { width, height, channels: 3 } })
        .webp()
        .toBuffer();
      expect(bySharp.equals(written ?? Buffer.alloc(0))).toBe(true);
    }
  });

  it.each([
    ['another effort', { quality: 80, effort: 6 }, {}],
    ['colour as sharp as light', { quality: 80, effort: 4, smartSubsample: true }, {}],
    ['no loss', { lossless: true, exact: true, effort: 4 }, {}],
    ['frames', { quality: 80, effort: 4 }, { frames: 2, height: 10 }],
    ['grey', { quality: 80, effort: 4 }, { channels: 1, width: 90 }],
    [
      'more than it reads',
      { quality: 80, effort: 4 },
      // Nothing touches them, so that they take no memory.
      { width: 16_383, height: 11_000, data: new Uint8Array(16_383 * 11_000 * 3) },
    ],
  ] as const)('is left to sharp where %s is asked for', async (_what, options, more) => {
    const pixels = { ...(await pixelsOf({ width: 30, height: 20 })), ...more };
    expect(await encodePlainWebp(pixels, { options })).toBeUndefined();
  });
});
