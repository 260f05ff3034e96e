import { describe, expect, it } from 'vitest';
import { heatColour } from './heat.ts';

type Triple = readonly [number, number, number];

const steps = 64;
const ramp = Array.from({ length: steps + 1 }, (_, step) => {
  const { red, green, blue } = heatColour(step / steps);
  return linear([red, green, blue]);
});

/** How eyes see it that lack a kind of cone: Machado, Oliveira and Fernandes 2009, severity 1, in linear light. */
const eyes: Readonly<Record<string, readonly [Triple, Triple, Triple]>> = {
  'all cones': [
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
  ],
  'no red cones': [
    [0.152286, 1.052583, -0.204868],
    [0.114503, 0.786281, 0.099216],
    [-0.003882, -0.048116, 1.051998],
  ],
  'no green cones': [
    [0.367322, 0.860646, -0.227968],
    [0.280085, 0.672501, 0.047413],
    [-0.01182, 0.04294, 0.968881],
  ],
  'no blue cones': [
    [1.255528, -0.076749, -0.178779],
    [-0.078411, 0.930809, 0.147602],
    [0.004733, 0.691367, 0.3039],
  ],
};

function linear(colour: Triple): Triple {
  return colour.map((value) => {
    const share = value / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  }) as unknown as Triple;
}

function times(matrix: readonly [Triple, Triple, Triple], [x, y, z]: Triple): Triple {
  return matrix.map(([a, b, c]) => a * x + b * y + c * z) as unknown as Triple;
}

/** Björn Ottosson's Oklab, in which distances are those a person sees. */
function oklab(colour: Triple): Triple {
  const cones = times(
    [
      [0.4122214708, 0.5363325363, 0.0514459929],
      [0.2119034982, 0.6806995451, 0.1073969566],
      [0.0883024619, 0.2817188376, 0.6299787005],
    ],
    colour,
  ).map(Math.cbrt) as unknown as Triple;
  return times(
    [
      [0.2104542553, 0.793617785, -0.0040720468],
      [1.9779984951, -2.428592205, 0.4505937099],
      [0.0259040371, 0.7827717662, -0.808675766],
    ],
    cones,
  );
}

describe('the colours of differences', () => {
  it('leave what is the same as it is, and hide the more the hotter they are', () => {
    expect(heatColour(0).alpha).toBe(0);
    const alphas = Array.from({ length: 11 }, (_, tenth) => heatColour(tenth / 10).alpha);
    expect(alphas).toEqual(alphas.toSorted((a, b) => a - b));
    expect(alphas.at(-1)).toBeGreaterThan(0.9);
    expect(heatColour(-1)).toEqual(heatColour(0));
    expect(heatColour(7)).toEqual(heatColour(1));
  });

  it('are even: no step is many times as large as another', () => {
    const seen = ramp.map(oklab);
    const distances = seen.slice(1).map((colour, index) => {
      const before = seen[index] ?? colour;
      return Math.hypot(...colour.map((value, channel) => value - (before[channel] ?? 0)));
    });
    const mean = distances.reduce((sum, each) => sum + each, 0) / distances.length;
    expect(Math.max(...distances)).toBeLessThan(2 * mean);
    expect(Math.min(...distances)).toBeGreaterThan(mean / 2);
  });

  it.each(Object.entries(eyes))('grow lighter all the way for eyes with %s', (_, matrix) => {
    const lightness = ramp.map((colour) => oklab(times(matrix, colour))[0]);
    for (const [index, value] of lightness.slice(1).entries()) {
      expect(value).toBeGreaterThan(lightness[index] ?? 0);
    }
    expect((lightness.at(-1) ?? 0) - (lightness[0] ?? 0)).toBeGreaterThan(0.5);
  });
});
