import { describe, expect, it } from 'vitest';
import type { Pixels } from '../pixels.ts';
import { makeMontage } from './montage.ts';

/** Calm at the left, noisy at the right; every pixel knows where it came from. */
function picture(width: number, height: number, channels: 1 | 3 | 4 = 3): Pixels {
  const data = new Uint8Array(width * height * channels);
  for (let at = 0; at < data.length; at += 1) {
    const x = Math.floor(at / channels) % width;
    data[at] = x < width / 2 ? 100 : (at * 2_654_435_761) >>> 24;
  }
  return { data, width, height, channels, frames: 1, bitDepth: 8 };
}

describe('a montage', () => {
  it('is not made of a small picture', () => {
    expect(makeMontage(picture(500, 400))).toBeUndefined();
    expect(makeMontage(picture(100_000, 10, 1))).toBeUndefined();
  });

  it.each([
    [768, 512],
    [2000, 1000],
    [3000, 2000],
    [6000, 4000],
  ])('of %ix%i is a sixth of it, or half a megapixel', (width, height) => {
    const montage = makeMontage(picture(width, height, 1));
    const pixels = (montage?.width ?? 0) * (montage?.height ?? 0);
    expect(pixels).toBeLessThanOrEqual(Math.min((width * height) / 6, 2 ** 19));
    expect(pixels).toBeGreaterThanOrEqual(Math.min((width * height) / 10, 2 ** 19));
    expect(montage?.data.length).toBe(pixels);
    expect((montage?.width ?? 1) % 16).toBe(0);
    expect((montage?.height ?? 1) % 16).toBe(0);
  });

  it.each([1, 3, 4] as const)('has calm and busy places in their share, with %i channels', (channels) => {
    const montage = makeMontage(picture(2048, 1024, channels));
    if (montage === undefined) throw new Error('there should be a montage');
    const calm = montage.data.filter((value) => value === 100).length / montage.data.length;
    expect(calm).toBeGreaterThan(0.4);
    expect(calm).toBeLessThan(0.6);
  });

  it('keeps 16 bits and the profile', () => {
    const { data, ...rest } = picture(1024, 1024);
    const icc = new Uint8Array(4);
    const deep: Pixels = { ...rest, data: Uint16Array.from(data, (value) => value * 257), bitDepth: 16, icc };
    const montage = makeMontage(deep);
    expect(montage?.data).toBeInstanceOf(Uint16Array);
    expect(montage).toMatchObject({ bitDepth: 16, icc });
  });

  it('is the same each time', () => {
    const source = picture(1600, 1200);
    expect(makeMontage(source)).toEqual(makeMontage(source));
  });
});
