import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { corpus } from '../../../tests/fixtures/corpus.ts';
import { blurredExactly, oracleScore } from '../../../tests/fixtures/ssimulacra2-oracle.ts';
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
    [9, 200],
    [31, 29],
    [33, 8],
    [66, 67],
  ])('agrees with the oracle at %i x %i', (width, height) => {
    const picture = scene(width, height);
    const scorer = createScorer(picture);
    for (const by of [2, 10, 40]) {
      const other = worse(picture, by);
      expect(Math.abs(scorer.score(other) - oracleScore(picture, other))).toBeLessThan(0.02);
    }
  });

  it('loses to single precision what the reference loses, where that is most: in large smooth pictures', () => {
    const picture = scene(500, 400);
    const other = worse(picture, 1);
    const score = createScorer(picture).score(other);
    expect(Math.abs(score - oracleScore(picture, other))).toBeLessThan(0.05);
    expect(oracleScore(picture, other, blurredExactly) - score).toBeGreaterThan(0.3);
  });

  it('is the same to the last bit, whatever is measured before', () => {
    const [picture, small] = [scene(90, 70), scene(30, 20)];
    const [other, smallOther] = [worse(picture, 5), worse(small, 60)];
    const fresh = createScorer(picture).score(other);
    const scorer = createScorer(picture);
    createScorer(small).score(smallOther);
    scorer.score(worse(picture, 80));
    expect(scorer.score(other)).toBe(fresh);
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

  it('takes opaque pixels for opaque, with or without an alpha channel', () => {
    const picture = scene(60, 40);
    const other = worse(picture, 20);
    const opaque = (of: ScorePicture): ScorePicture => {
      const data = new Uint8Array(60 * 40 * 4).fill(255);
      for (let i = 0; i < 60 * 40; i += 1) data.set(of.data.subarray(i * 3, i * 3 + 3), i * 4);
      return { ...of, data, channels: 4 };
    };
    expect(createScorer(opaque(picture)).score(opaque(other))).toBe(createScorer(picture).score(other));
  });

  it('of more than 100 megapixels is that of a part with the same in it', { timeout: 120_000 }, () => {
    // A pattern that comes again and again has the same means over few rows as over many, whatever strips it is cut into.
    const period = 128;
    const pattern = (width: number, height: number, distortion: number): ScorePicture => {
      const tile = Uint8Array.from({ length: period * period }, (_, at) => {
        const [x, y] = [at % period, Math.floor(at / period)];
        const wave =
          Math.sin((2 * Math.PI * 3 * x) / period) * 60 + Math.cos((2 * Math.PI * 5 * y) / period) * 50;
        return 125 + wave + (((x * 7 + y * 13) % 16) - 8) * distortion;
      });
      const data = new Uint8Array(width * height);
      for (let y = 0; y < height; y += 1) {
        const from = (y % period) * period;
        for (let x = 0; x < width; x += period) {
          data.set(tile.subarray(from, from + Math.min(period, width - x)), y * width + x);
        }
      }
      return { data, width, height, channels: 1 };
    };
    const scoreOf = (width: number, height: number): number =>
      createScorer(pattern(width, height, 0)).score(pattern(width, height, 1));
    const part = scoreOf(period * 20, period * 20);
    expect(part).toBeLessThan(95);
    expect(Math.abs(scoreOf(period * 80, period * 78) - part)).toBeLessThan(0.1);
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

  it('shows nothing beside a difference, where the rounding of its blur goes on', () => {
    const [width, height] = [400, 300];
    const page = { data: new Uint8Array(width * height * 3).fill(255), width, height, channels: 3 } as const;
    const text = worse({ ...page, data: page.data.slice() }, 255).data;
    const isText = (x: number, y: number): boolean => x >= 40 && x < 140 && y >= 30 && y < 90;
    const written = (by: number): ScorePicture => ({
      ...page,
      data: page.data.map((value, index) => {
        const pixel = Math.floor(index / 3);
        const inside = isText(pixel % width, Math.floor(pixel / width));
        return inside ? Math.max(0, (text[index] ?? 0) - by * (index % 11)) : value;
      }),
    });
    const map = createScorer(written(0)).differenceMap(written(1));
    const reach = 4;
    const beside = map.data.filter((_, pixel) => {
      const [x, y] = [pixel % width, Math.floor(pixel / width)];
      return ![-reach, 0, reach].some((dx) => [-reach, 0, reach].some((dy) => isText(x + dx, y + dy)));
    });
    expect(beside.length).toBeGreaterThan(100_000);
    expect(Math.max(...map.data)).toBeGreaterThan(0.01);
    expect(beside.reduce((most, value) => Math.max(most, value), 0)).toBeLessThan(0.0005);
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

  async function rows(): Promise<{ original: string; distorted: string; value: number }[]> {
    const text = await readFile(join(corpus ?? '', 'reference/ssimulacra2.csv'), 'utf8');
    return text
      .trim()
      .split('\n')
      .slice(1)
      .map((line) => {
        const [original = '', distorted = '', value] = line.split(',');
        return { original, distorted, value: Number(value) };
      });
  }

  it('agrees within a fifth of a point with all of its scores', async () => {
    const pairs = await rows();
    expect(pairs).toHaveLength(96);
    for (const { original, distorted, value } of pairs) {
      const score = createScorer(await pixels(original)).score(await pixels(distorted));
      expect(Math.abs(score - value), distorted).toBeLessThan(0.2);
    }
  });

  const ladder = [15, 30, 45, 60, 70, 80, 90, 97];
  it.each(
    [
      'photo-png/kodak-5.png',
      'photo-png/kodak-13.png',
      'photo-png/kodak-23.png',
      'tricky/gradients-rgb8.png',
    ].flatMap((file) => (['jpeg', 'webp', 'avif'] as const).map((to) => [file, to] as const)),
  )('of %s rises with the quality of %s', async (file, to) => {
    const original = await pixels(file);
    const { data, width, height, channels } = original;
    const scorer = createScorer(original);
    const scores: number[] = [];
    for (const quality of ladder) {
      const encoded = sharp(data, { raw: { width, height, channels } }).toFormat(to, { quality, effort: 0 });
      const decoded = sharp(await encoded.toBuffer()).toColourspace('srgb');
      if (channels === 3) decoded.removeAlpha();
      const back = await decoded.raw().toBuffer();
      scores.push(scorer.score({ ...original, data: new Uint8Array(back) }));
    }
    expect(scores).toEqual([...scores].sort((a, b) => a - b));
  });

  it('is where the reference is for the reason that the reference is there', async () => {
    const row = (await rows()).find(({ distorted }) => distorted.includes('kodak-20.webp-85'));
    if (row === undefined) throw new Error('The corpus has lost a pair.');
    const [a, b] = [await pixels(row.original), await pixels(row.distorted)];
    expect(Math.abs(oracleScore(a, b) - row.value)).toBeLessThan(0.1);
    expect(oracleScore(a, b, blurredExactly) - row.value).toBeGreaterThan(0.5);
  });
});
