import { describe, expect, it } from 'vitest';
import { parseRecipe } from '../../contract/recipe.ts';
import { greyProfile, rgbProfile } from '../../tests/fixtures/profiles.ts';
import { loadCodecs } from '../codecs.ts';
import { convertToSrgb, needsSrgb, toEightBits } from './colour.ts';
import { describes, greyCurve, isSrgb, profileName, srgbDecode, srgbEncode } from './icc.ts';
import type { Pixels } from './pixels.ts';

const codecs = await loadCodecs('native');
const p3 = await rgbProfile('p3');
const srgb = await rgbProfile('srgb');
const grey18 = greyProfile(1.8);

function onePixel(values: readonly number[], bitDepth: 8 | 16, icc: Uint8Array): Pixels {
  const data = bitDepth === 8 ? Uint8Array.from(values) : Uint16Array.from(values);
  const channels = values.length === 1 ? 1 : values.length === 3 ? 3 : 4;
  return { data, width: 1, height: 1, frames: 1, channels, bitDepth, icc };
}

/** Display P3 to sRGB, both with sRGB's curve: CSS Color 4, section 19, matrices by way of XYZ. */
function p3ToSrgb([red = 0, green = 0, blue = 0]: readonly number[]): number[] {
  const [r, g, b] = [srgbDecode(red), srgbDecode(green), srgbDecode(blue)];
  return [
    1.2249401762 * r - 0.2249404289 * g,
    -0.0420569547 * r + 1.0420571658 * g,
    -0.0196375546 * r - 0.0786360454 * g + 1.0982735986 * b,
  ].map((light) => srgbEncode(Math.min(1, Math.max(0, light))));
}

describe('profiles', () => {
  it('sRGB is told by its numbers', () => {
    expect(isSrgb(srgb)).toBe(true);
    expect(isSrgb(p3)).toBe(false);
    expect(isSrgb(grey18)).toBe(false);
    expect(isSrgb(new Uint8Array(200))).toBe(false);
  });

  it('say what they describe, and what they are called', () => {
    expect(describes(p3, 'rgb')).toBe(true);
    expect(describes(p3, 'grey')).toBe(false);
    expect(describes(grey18, 'grey')).toBe(true);
    expect(describes(p3.subarray(0, 100), 'rgb')).toBe(false);
    expect(profileName(grey18)).toBe('Grey 1.8');
    expect(profileName(p3)).toMatch(/P3/);
    expect(greyCurve(grey18)?.(0.5)).toBeCloseTo(0.5 ** (Math.round(1.8 * 256) / 256), 6);
  });

  it('can be cut off anywhere and are read without a throw', () => {
    for (const whole of [p3, grey18]) {
      for (let length = 0; length < whole.length; length += 7) {
        const part = whole.subarray(0, length);
        expect(() => [isSrgb(part), profileName(part), greyCurve(part)]).not.toThrow();
      }
    }
  });
});

describe('to sRGB', () => {
  const colours = [
    [0.5, 0.5, 0.5],
    [0.8, 0.4, 0.2],
    [0.2, 0.6, 0.4],
    [1, 1, 1],
    [0.1, 0.1, 0.3],
  ];

  it.each(colours)('Display P3 %d %d %d, 8 bits', async (...colour) => {
    const source = onePixel(
      colour.map((value) => Math.round(value * 255)),
      8,
      p3,
    );
    const converted = await convertToSrgb(source, codecs);
    const wanted = p3ToSrgb(colour).map((value) => value * 255);
    expect(converted.icc).toBeUndefined();
    wanted.forEach((value, at) => {
      expect(Math.abs((converted.data[at] ?? 0) - value)).toBeLessThan(2);
    });
  });

  it.each(colours)('Display P3 %d %d %d, 16 bits', async (...colour) => {
    const source = onePixel(
      colour.map((value) => Math.round(value * 65_535)),
      16,
      p3,
    );
    const converted = await convertToSrgb(source, codecs);
    const wanted = p3ToSrgb(colour).map((value) => value * 65_535);
    wanted.forEach((value, at) => {
      // 1 %: sharp takes 16 bits to sRGB by way of its own, small Display P3 profile.
      expect(Math.abs((converted.data[at] ?? 0) - value)).toBeLessThan(655);
    });
  });

  it('grey of another curve stays grey and as light, transparency untouched', async () => {
    const light = (100 / 255) ** 1.8;
    const wanted = Math.round(255 * srgbEncode(light));
    const opaque = await convertToSrgb(onePixel([100], 8, grey18), codecs);
    expect([...opaque.data]).toEqual([wanted]);
    const clear = await convertToSrgb(onePixel([100, 100, 100, 100], 8, grey18), codecs);
    expect([...clear.data]).toEqual([wanted, wanted, wanted, 100]);
  });
});

describe('when numbers must become sRGB', () => {
  const keep = parseRecipe({});
  it.each([
    ['a profile the format holds', onePixel([1, 2, 3], 8, p3), 'webp', keep, false],
    ['asked for', onePixel([1, 2, 3], 8, p3), 'webp', parseRecipe({ colour: 'srgb' }), true],
    ['GIF holds none', onePixel([1, 2, 3], 8, p3), 'gif', keep, true],
    ['grey in JPEG', onePixel([1], 8, grey18), 'jpeg', keep, false],
    ['grey written as RGB', onePixel([1], 8, grey18), 'avif', keep, true],
    ['on white', onePixel([1, 2, 3, 4], 8, p3), 'jpeg', keep, false],
    ['on red', onePixel([1, 2, 3, 4], 8, p3), 'jpeg', parseRecipe({ background: '#ff0000' }), true],
  ] as const)('%s', (_, pixels, to, recipe, needs) => {
    expect(needsSrgb(pixels, to, recipe)).toBe(needs);
  });
});

it('16 bits become the nearest of 8', () => {
  const { data } = toEightBits(onePixel([0, 127, 65_535, 65_535 - 128], 16, p3));
  expect([...data]).toEqual([0, 0, 255, 255]);
});
