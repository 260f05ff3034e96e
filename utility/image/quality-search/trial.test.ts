import { describe, expect, it } from 'vitest';
import { through } from './trial.ts';

const straight = (quality: number) => quality;

describe('a curve through what was tried', () => {
  it('is the other curve where nothing was', () => {
    expect(through(straight, [])(40)).toBe(40);
  });

  it('is moved by one point', () => {
    const curve = through(straight, [{ quality: 50, value: 60 }]);
    expect([40, 50, 60].map(curve)).toEqual([50, 60, 70]);
  });

  it('meets all points, in whatever order they came', () => {
    const points = [
      { quality: 80, value: 90 },
      { quality: 50, value: 60 },
      { quality: 60, value: 65 },
    ];
    const curve = through(straight, points);
    for (const { quality, value } of points) expect(curve(quality)).toBeCloseTo(value, 9);
    expect(curve(55)).toBeCloseTo(62.5, 9);
  });

  it('goes on as steep as it was, within reason', () => {
    const steep = through(straight, [
      { quality: 50, value: 60 },
      { quality: 60, value: 75 },
    ]);
    expect(steep(62)).toBeCloseTo(78, 9);
    expect(steep(48)).toBeCloseTo(57, 9);
    const falling = through(straight, [
      { quality: 50, value: 60 },
      { quality: 51, value: 58 },
    ]);
    expect(falling(53)).toBeCloseTo(59, 9);
  });
});
