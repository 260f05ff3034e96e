import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { OutputFormat } from '../../../contract/formats.ts';
import { scaleOf } from './scale.ts';
import { searchScore, type ScoreSearchEnd } from './score-search.ts';
import { through, type Curve, type Trial } from './trial.ts';

interface Asked {
  readonly target: number;
  /** What is believed before anything is tried. */
  readonly shape?: Curve;
  readonly maxAttempts?: number;
  readonly to?: OutputFormat;
  readonly mayMiss?: boolean;
}

/** Searches with an encoder whose scores follow a curve and whose bytes grow by 3 % a step. */
function search(scores: Curve, asked: Asked): Promise<ScoreSearchEnd<Trial>> {
  const {
    target,
    shape = (quality) => 40 + quality / 2,
    maxAttempts = 6,
    to = 'jpeg',
    mayMiss = false,
  } = asked;
  return searchScore<Trial>({
    target,
    scale: scaleOf(to),
    tolerance: { below: 0, above: 1 },
    maxAttempts,
    mayMiss,
    believe: (trials) =>
      through(
        shape,
        trials.map(({ quality, score }) => ({ quality, value: score })),
      ),
    attempt: (quality) =>
      Promise.resolve({
        quality,
        fineColour: false,
        bytes: Math.round(1000 * 1.03 ** quality),
        score: scores(quality),
      }),
  });
}

function qualities({ trials }: ScoreSearchEnd<Trial>): number[] {
  return trials.map(({ quality }) => quality);
}

describe('a search for a score', () => {
  it('needs one attempt where it believes the truth', async () => {
    const end = await search((quality) => 40 + quality / 2, { target: 80 });
    expect(end).toMatchObject({ outcome: 'reached', chosen: { quality: 81, score: 80.5 } });
    expect(qualities(end)).toEqual([81]);
  });

  it('needs two where its belief is off by an offset', async () => {
    const end = await search((quality) => 33 + quality / 2, { target: 80 });
    expect(end.chosen.score).toBeGreaterThanOrEqual(80);
    expect(end.chosen.score).toBeLessThanOrEqual(81);
    expect(end.trials).toHaveLength(2);
  });

  it('comes as near to the edge of a step as it can believe in', async () => {
    const end = await search((quality) => (quality >= 77 ? 85 : 70), { target: 80, maxAttempts: 30 });
    expect(end.chosen.score).toBe(85);
    expect(end.chosen.quality).toBeGreaterThanOrEqual(77);
    expect(end.chosen.quality).toBeLessThanOrEqual(79);
  });

  it('takes a part of a step where the encoder has one', async () => {
    const steep: Curve = (quality) => 1.9 * (quality - 35.1);
    const whole = await search(steep, { target: 80 });
    expect(whole.chosen.score).toBeGreaterThan(81);
    const parted = await search(steep, { target: 80, to: 'jxl' });
    expect(parted.chosen.score).toBeGreaterThanOrEqual(80);
    expect(parted.chosen.score).toBeLessThanOrEqual(81);
    expect(parted.chosen.bytes).toBeLessThan(whole.chosen.bytes);
  });

  it('does not try a quality whose file it has seen under another number', async () => {
    // At 77 libaom makes the file of 76, and at 73 that of 72.
    const end = await search((quality) => (quality >= 74 ? 82 : 79), { target: 80, to: 'avif' });
    expect(qualities(end)).not.toContain(77);
    expect(qualities(end)).not.toContain(73);
  });

  it('aims higher with its last attempt, unless it may miss', async () => {
    const scores: Curve = (quality) => 38 + quality / 2;
    const sure = await search(scores, { target: 80, maxAttempts: 2 });
    const bold = await search(scores, { target: 80, maxAttempts: 2, mayMiss: true });
    expect(bold.chosen.bytes).toBeLessThan(sure.chosen.bytes);
  });

  it('says where there is a ceiling, having tried the highest quality', async () => {
    const end = await search((quality) => Math.min(79, 40 + quality / 2), { target: 80 });
    expect(end.outcome).toBe('ceiling');
    expect(end.chosen.score).toBe(79);
    expect(qualities(end)).toContain(100);
  });

  it('takes the fewest bytes of those as good below a ceiling', async () => {
    const end = await search(() => 60, { target: 80 });
    expect(end).toMatchObject({ outcome: 'ceiling', chosen: { quality: Math.min(...qualities(end)) } });
  });

  it('ends at the lowest quality where that is good enough', async () => {
    const end = await search(() => 98, { target: 80, maxAttempts: 8 });
    expect(end).toMatchObject({ outcome: 'reached', chosen: { quality: 1 } });
  });

  it('never takes a worse score than asked where it has seen a better one, on any curve', async () => {
    const noise = fc.array(fc.double({ min: -4, max: 4, noNaN: true }), { minLength: 101, maxLength: 101 });
    await fc.assert(
      fc.asyncProperty(noise, fc.double({ min: 45, max: 95, noNaN: true }), async (off, target) => {
        const end = await search((quality) => 40 + quality / 2 + (off[quality] ?? 0), { target });
        const seen = end.trials.some(({ score }) => score >= target);
        expect(end.chosen.score >= target).toBe(seen);
        expect(end.outcome === 'reached').toBe(seen);
        expect(new Set(qualities(end)).size).toBe(end.trials.length);
        for (const { score, bytes } of end.trials) {
          if (score >= target) expect(end.chosen.bytes).toBeLessThanOrEqual(bytes);
        }
      }),
    );
  });
});
