import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { corpus } from '../../../tests/fixtures/corpus.ts';
import { oracleScore } from '../../../tests/fixtures/ssimulacra2-oracle.ts';
import { createScorer, type ScorePicture } from './score.ts';

/** A smooth scene with some grain, the same at every run. */
function scene(width: number, height: number, channels: 1 | 3 | 4 = 3): ScorePicture {
  let seed = 7;
  const data = Uint8Array.from({ length: width * height * channels }, (_, index) => {
    seed = (seed * 1_664_525 + 1_013_904_223) >>> 0;
    if (channels === 4 && index % 4 === 3) return index % 8 === 3 ? 255 : 128;
    const pixel = Math.floor(index / channels);
    const wave = Math.sin((pixel % width) / 9) * 60 + Math.cos(pixel / width / 13) * 50;
    return 125 + wave + (seed >>> 28);
  });
  return { data, width, height, channels };
}

/** The same picture, worse: every sample is moved by up to `by`. */
function worse(picture: ScorePicture, by: number): ScorePicture {
  let seed = 99;
  const data = picture.data.map((value, index) => {
    seed = (seed * 1_664_525 + 1_013_904_223) >>> 0;
    if (picture.channels === 4 && index % 4 === 3) return value;
    return Math.max(0, Math.min(255, value + Math.round(((seed >>> 16) / 65_535 - 0.5) * 2 * by)));
  });
  return { ...picture, data };
}

describe('the score', () => {
  it.each([1, 3, 4] as const)('of a picture beside itself is exactly 100, %i channels', (channels) => {
    const picture = scene(70, 50, channels);
    expect(createScorer(picture).score(picture)).toBe(100);
  });

  it.each([
    [64, 64],
    [97, 41],
    [8, 8],
    [200, 9],
  ])('agrees with the oracle at %i x %i', (width, height) => {
    const picture = scene(width, height);
    const scorer = createScorer(picture);
    for (const by of [2, 10, 40]) {
      const other = worse(picture, by);
      expect(scorer.score(other)).toBeCloseTo(oracleScore(picture, other), 1);
    }
  });

  it.each([31, 32, 33, 65, 130, 259])('of %i rows, which come in bands, is that of the whole', (height) => {
    const picture = scene(131, height);
    const other = worse(picture, 12);
    expect(createScorer(picture).score(other)).toBeCloseTo(oracleScore(picture, other), 2);
  });

  it('does not depend on what was compared before', () => {
    const picture = scene(70, 50);
    const scorer = createScorer(picture);
    const other = worse(picture, 12);
    const score = scorer.score(other);
    scorer.differenceMap(worse(picture, 90));
    expect(scorer.score(other)).toBe(score);
  });

  it('falls as a picture gets worse', () => {
    const picture = scene(128, 96);
    const scorer = createScorer(picture);
    const ladder = [1, 3, 8, 20, 50].map((by) => scorer.score(worse(picture, by)));
    expect(ladder).toEqual([...ladder].sort((a, b) => b - a));
  });

  it.each([
    [1, 1],
    [3, 20],
  ])('is given to pictures of %i x %i pixels', (width, height) => {
    const picture = scene(width, height);
    expect(createScorer(picture).score(picture)).toBe(100);
    expect(createScorer(picture).score(worse(picture, 90))).toBeLessThan(95);
  });

  it('counts the background that shows the difference most', () => {
    const glass: ScorePicture = {
      data: new Uint8Array(64 * 64 * 4).fill(255),
      width: 64,
      height: 64,
      channels: 4,
    };
    const clear = { ...glass, data: glass.data.map((value, index) => (index % 4 === 3 ? 0 : value)) };
    // White on white is the same; on black it is not.
    expect(createScorer(glass).score(clear)).toBeLessThan(0);
  });

  it('of an opaque picture with an alpha channel is that without', () => {
    const picture = scene(40, 30);
    const data = new Uint8Array(40 * 30 * 4).map((_, index) =>
      index % 4 === 3 ? 255 : (picture.data[Math.floor(index / 4) * 3 + (index % 4)] ?? 0),
    );
    const other = worse(picture, 12);
    const score = createScorer({ ...picture, data, channels: 4 }).score(other);
    expect(score).toBe(createScorer(picture).score(other));
  });

  it('refuses a picture of another size', () => {
    expect(() => createScorer(scene(20, 20)).score(scene(20, 21))).toThrow('20x20 and 20x21');
  });

  it('shows where the difference is', () => {
    const picture = scene(64, 64);
    const data = picture.data.slice();
    for (let y = 40; y < 50; y += 1)
      for (let x = 30; x < 120; x += 1) data[y * 64 * 3 + x] = 255 - (data[y * 64 * 3 + x] ?? 0);
    const map = createScorer(picture).differenceMap({ ...picture, data });
    const rowSum = (y: number): number =>
      map.data.subarray(y * 64, (y + 1) * 64).reduce((sum, value) => sum + value, 0);
    expect(rowSum(45)).toBeGreaterThan(1);
    expect(rowSum(10)).toBe(0);
  });
});

describe.skipIf(corpus === undefined)('beside the reference', () => {
  async function pixels(file: string): Promise<ScorePicture> {
    const { data, info } = await sharp(join(corpus ?? '', file))
      .toColourspace('srgb')
      .raw()
      .toBuffer({ resolveWithObject: true });
    const channels = info.channels === 4 ? 4 : info.channels === 1 ? 1 : 3;
    return { data: new Uint8Array(data), width: info.width, height: info.height, channels };
  }

  it('agrees on the Kodak pictures, but for what the reference loses to single precision', async () => {
    const lines = (await readFile(join(corpus ?? '', 'reference/ssimulacra2.csv'), 'utf8'))
      .trim()
      .split('\n');
    const rows = lines.slice(1).filter((line) => line.startsWith('photo-png/kodak'));
    expect(rows.length).toBeGreaterThan(20);
    for (const row of rows) {
      const [original = '', distorted = '', value] = row.split(',');
      const score = createScorer(await pixels(original)).score(await pixels(distorted));
      expect(Math.abs(score - Number(value)), row).toBeLessThan(Number(value) < 85 ? 0.6 : 1.5);
    }
  });
});
