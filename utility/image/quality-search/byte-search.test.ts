import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { searchBytes, type ByteSearchEnd } from './byte-search.ts';
import { scaleOf } from './scale.ts';
import { through, type Curve, type Trial } from './trial.ts';

function trial(quality: number, bytes: Curve): Trial {
  return { quality, fineColour: false, bytes: Math.round(bytes(quality)), score: 40 + quality / 2 };
}

function search(bytes: Curve, limit: number, tried: readonly number[] = [90]): Promise<ByteSearchEnd<Trial>> {
  return searchBytes<Trial>({
    limit,
    scale: scaleOf('jpeg'),
    maxAttempts: 6,
    trials: tried.map((quality) => trial(quality, bytes)),
    believe: (trials) =>
      through(
        (quality) => 7 + quality / 33,
        trials.map((each) => ({ quality: each.quality, value: Math.log(each.bytes) })),
      ),
    attempt: (quality) => Promise.resolve(trial(quality, bytes)),
  });
}

describe('a search for a size', () => {
  it('fills the limit and stays below it', async () => {
    const end = await search((quality) => 1000 * 1.04 ** quality, 15_000);
    expect(end.outcome).toBe('fits');
    expect(end.chosen.bytes).toBeLessThanOrEqual(15_000);
    expect(end.chosen.bytes).toBeGreaterThan(14_000);
    expect(end.trials.length).toBeLessThanOrEqual(4);
  });

  it('gives the fewest bytes there are where nothing fits', async () => {
    const end = await search((quality) => 50_000 + quality, 15_000);
    expect(end).toMatchObject({ outcome: 'does-not-fit', chosen: { quality: 1, bytes: 50_001 } });
  });

  it('always fits where the lowest quality does, also where bytes are not monotone', async () => {
    const noise = fc.array(fc.double({ min: 0.8, max: 1.25, noNaN: true }), {
      minLength: 101,
      maxLength: 101,
    });
    await fc.assert(
      fc.asyncProperty(noise, fc.integer({ min: 1500, max: 30_000 }), async (factors, limit) => {
        const end = await search((quality) => 1000 * 1.035 ** quality * (factors[quality] ?? 1), limit);
        expect(end.outcome).toBe('fits');
        expect(end.chosen.bytes).toBeLessThanOrEqual(limit);
        for (const each of end.trials) {
          if (each.bytes <= limit) expect(end.chosen.score).toBeGreaterThanOrEqual(each.score);
        }
      }),
    );
  });
});
