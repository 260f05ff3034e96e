import { expect, it } from 'vitest';
import type { Pixels } from './pixels.ts';
import { addTones } from './tone-distance.ts';

type Colour = readonly [number, number, number, number?];

function flat(colour: Colour, width = 10, height = 7): Pixels {
  const [red, green, blue, alpha] = colour;
  const samples = alpha === undefined ? [red, green, blue] : [red, green, blue, alpha];
  const data = Uint8Array.from(
    { length: width * height * samples.length },
    (_, at) => samples[at % samples.length] ?? 0,
  );
  return { data, width, height, frames: 1, channels: alpha === undefined ? 3 : 4, bitDepth: 8 };
}

function between(a: Pixels, b: Pixels, before = 0): Float32Array {
  const distances = new Float32Array(a.width * a.height).fill(before);
  addTones(distances, a.width, a, b);
  return distances;
}

it.each([
  ['another colour as bright', [192, 64, 64], [64, 128, 64], 0.3],
  ['red and blue', [208, 32, 32], [32, 96, 255], 0.4],
  ['a little lighter', [128, 128, 128], [144, 144, 144], 0.1],
  ['black and white', [0, 0, 0], [255, 255, 255], 1],
] as const)('is seen all over: %s', (_, a, b, least) => {
  const distances = between(flat(a), flat(b));
  expect(Math.min(...distances)).toBeGreaterThan(least);
  expect(between(flat(b), flat(a))).toEqual(distances);
});

it('is nothing where nobody could see it, nor in noise around one shade', () => {
  expect(Math.max(...between(flat([128, 128, 128]), flat([130, 128, 127])))).toBe(0);
  const noisy = flat([128, 128, 128], 12, 8);
  const grain = {
    ...noisy,
    data: noisy.data.map((value, at) => value + (Math.floor(at / 3) % 2 === 0 ? 20 : -20)),
  };
  expect(Math.max(...between(flat([128, 128, 128], 12, 8), grain))).toBe(0);
});

it('never lowers what the measure found', () => {
  expect(Math.min(...between(flat([0, 0, 0]), flat([16, 16, 16]), 0.9))).toBeCloseTo(0.9);
});

it('sees transparency before a mid grey, and grey as the colour that it is', () => {
  expect(Math.max(...between(flat([255, 0, 0, 0]), flat([0, 255, 0, 0])))).toBe(0);
  expect(Math.max(...between(flat([128, 128, 128, 0]), flat([128, 128, 128])))).toBe(0);
  const grey: Pixels = {
    data: new Uint8Array(70).fill(90),
    width: 10,
    height: 7,
    frames: 1,
    channels: 1,
    bitDepth: 8,
  };
  expect(Math.max(...between(grey, flat([90, 90, 90])))).toBe(0);
});

it('stays at its place, also where a row of the map is longer', () => {
  const a = flat([10, 10, 10], 8, 8);
  const b = flat([10, 10, 10], 8, 8);
  for (let y = 4; y < 8; y += 1)
    for (let x = 4; x < 8; x += 1) b.data.fill(250, (y * 8 + x) * 3, (y * 8 + x) * 3 + 3);
  const distances = new Float32Array(10 * 8);
  addTones(distances, 10, a, b);
  for (const [at, distance] of distances.entries()) {
    const isInside = at % 10 >= 4 && at % 10 < 8 && at >= 40;
    expect(distance > 0, String(at)).toBe(isInside);
  }
});
