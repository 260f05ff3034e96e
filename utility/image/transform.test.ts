import { describe, expect, it } from 'vitest';
import { parseRecipe, type RecipeInput } from '../../contract/recipe.ts';
import { loadCodecs } from '../codecs.ts';
import type { Pixels } from './pixels.ts';
import { flatten, transform } from './transform.ts';

const codecs = await loadCodecs('native');

/** A grey picture with a number of its own for each pixel. */
function numbered(width: number, height: number): Pixels {
  const data = Uint8Array.from({ length: width * height }, (_, at) => at + 1);
  return { data, width, height, frames: 1, channels: 1, bitDepth: 8 };
}

/** What a recipe promises: turned clockwise first, mirrored then. One pixel at a time. */
function reference({ data, width, height }: Pixels, { rotate = 0, flip = 'none' }: RecipeInput): number[][] {
  let rows = Array.from({ length: height }, (_, y) => [...data.subarray(y * width, (y + 1) * width)]);
  for (let turned = 0; turned < rotate; turned += 90) {
    rows = (rows[0] ?? []).map((_, x) => rows.map((row) => row[x] ?? 0).reverse());
  }
  if (flip === 'vertical' || flip === 'both') rows = rows.reverse();
  if (flip === 'horizontal' || flip === 'both') rows = rows.map((row) => row.toReversed());
  return rows;
}

const directions = ([0, 90, 180, 270] as const).flatMap((rotate) =>
  (['none', 'horizontal', 'vertical', 'both'] as const).map((flip) => ({ rotate, flip })),
);

describe('direction', () => {
  it.each(directions)('$rotate degrees, mirrored $flip', async (direction) => {
    const source = numbered(5, 3);
    const turned = await transform(source, source, parseRecipe(direction), codecs);
    const rows = reference(source, direction);
    expect([...turned.data]).toEqual(rows.flat());
    expect(turned).toMatchObject({ width: rows[0]?.length, height: rows.length });
  });

  it('gives the very same pixels back where nothing is asked', async () => {
    const source = numbered(5, 3);
    expect(await transform(source, source, parseRecipe({}), codecs)).toBe(source);
  });
});

describe('size', () => {
  it('crops the middle of what covers the box', async () => {
    const source = numbered(6, 2);
    const recipe = parseRecipe({ resize: { width: 2, height: 2, fit: 'cover' } });
    const cropped = await transform(source, source, recipe, codecs);
    expect([...cropped.data]).toEqual([3, 4, 9, 10]);
  });

  it('is that of every frame of an animation', async () => {
    const frame = (value: number): Uint8Array => new Uint8Array(8 * 8 * 4).fill(value);
    const data = Buffer.concat([frame(50), frame(255), frame(100)]);
    const source: Pixels = {
      data,
      width: 8,
      height: 8,
      frames: 3,
      channels: 4,
      bitDepth: 8,
      delays: [1, 2, 3],
    };
    const small = await transform(source, source, parseRecipe({ resize: { width: 4 } }), codecs);
    expect(small).toMatchObject({ width: 4, height: 4, frames: 3, delays: [1, 2, 3] });
    expect(small.data).toHaveLength(4 * 4 * 4 * 3);
    expect([...small.data.subarray(4 * 4 * 4, 4 * 4 * 4 * 2)].every((value) => value === 255)).toBe(true);
  });

  it('keeps 16 bits', async () => {
    const data = new Uint16Array(8 * 8 * 3).fill(12_345);
    const source: Pixels = { data, width: 8, height: 8, frames: 1, channels: 3, bitDepth: 16 };
    const small = await transform(source, source, parseRecipe({ resize: { width: 4 } }), codecs);
    expect(small.bitDepth).toBe(16);
    expect(new Set(small.data)).toEqual(new Set([12_345]));
  });

  it('lets no colour of invisible pixels bleed into visible ones', async () => {
    // Left half opaque red, right half invisible green.
    const data = Uint8Array.from({ length: 16 * 16 * 4 }, (_, at) => {
      const left = Math.floor(at / 4) % 16 < 8;
      return (left ? [255, 0, 0, 255] : [0, 255, 0, 0])[at % 4] ?? 0;
    });
    const source: Pixels = { data, width: 16, height: 16, frames: 1, channels: 4, bitDepth: 8 };
    const small = await transform(source, source, parseRecipe({ resize: { width: 7 } }), codecs);
    for (let at = 0; at < small.data.length; at += 4) {
      if ((small.data[at + 3] ?? 0) > 8) expect(small.data[at + 1]).toBeLessThan(8);
    }
  });
});

describe('background', () => {
  it.each([8, 16] as const)('stands behind what is half transparent, %i bits', async (bitDepth) => {
    const most = bitDepth === 8 ? 255 : 65_535;
    const values = [most, 0, 0, Math.round(most / 2)];
    const data = bitDepth === 8 ? Uint8Array.from(values) : Uint16Array.from(values);
    const source: Pixels = { data, width: 1, height: 1, frames: 1, channels: 4, bitDepth };
    const flat = await flatten(source, '#0000ff', codecs);
    expect(flat.channels).toBe(3);
    const [red = 0, green = 0, blue = 0] = flat.data;
    expect(red / most).toBeCloseTo(0.5, 1);
    expect(green).toBe(0);
    expect(blue / most).toBeCloseTo(0.5, 1);
  });
});
