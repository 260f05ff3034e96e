import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { parseRecipe, type RecipeInput } from '../../../contract/recipe.ts';
import type { Report } from '../../../contract/report.ts';
import { loadCodecs } from '../../../utility/codecs.ts';
import { convert } from '../../../utility/image/convert.ts';
import { createScorer, type ScorePicture } from '../../../utility/image/score/score.ts';
import { corpus } from '../../fixtures/corpus.ts';
import { moving, picture } from '../../fixtures/pictures.ts';

const codecs = await loadCodecs('native');

interface Made {
  readonly output: Uint8Array;
  readonly report: Report;
}

async function make(bytes: Uint8Array, recipe: RecipeInput): Promise<Made> {
  const result = await convert({ name: 'a', bytes, recipe: parseRecipe(recipe) }, codecs, () => undefined);
  return { output: result.bytes ?? bytes, report: result.report };
}

async function shown(bytes: Uint8Array): Promise<ScorePicture> {
  const image = sharp(bytes).autoOrient().toColourspace('srgb').raw();
  const { data, info } = await image.toBuffer({ resolveWithObject: true });
  const { width, height, channels } = info;
  if (channels === 2) throw new Error('grey with transparency');
  return { data, width, height, channels };
}

/** Judged anew, from the files alone. */
async function judge(original: Uint8Array, output: Uint8Array): Promise<number> {
  const scorer = createScorer(await shown(original));
  try {
    return scorer.score(await shown(output));
  } finally {
    scorer.dispose();
  }
}

const read = (file: string): Promise<Buffer> => readFile(join(corpus ?? '', file));

describe.skipIf(corpus === undefined)('a score that is asked for, on photographs of the corpus', () => {
  it.each([
    ['photo-png/kodak-5.png', 'jpeg', 80],
    ['photo-png/kodak-23.png', 'jpeg', 65],
    ['photo-png/kodak-13.png', 'jpeg', 90],
    ['photo-png/kodak-5.png', 'webp', 80],
    ['photo-png/kodak-23.png', 'webp', 85],
    ['photo-png/kodak-13.png', 'avif', 75],
    ['photo-png/kodak-23.png', 'jxl', 85],
  ] as const)(
    '%s to %s at %i is reached, and not by more than one where that can be',
    async (file, to, target) => {
      const bytes = await read(file);
      const { output, report } = await make(bytes, { to, quality: `auto:${String(target)}`, effort: 'fast' });
      const { score } = report;
      expect(score).toMatchObject({ target });
      expect(score?.value).toBeGreaterThanOrEqual(target);
      // More than one above only where the quality before it is too low: there is nothing between the two.
      if ((score?.value ?? 0) > target + 1) {
        expect(to).not.toBe('jxl');
        const { output: lower } = await make(bytes, {
          to,
          quality: (report.settings.quality ?? 0) - 1,
          effort: 'fast',
        });
        expect(await judge(bytes, lower)).toBeLessThan(target);
      }
      expect(score?.tried.at(-1)).toMatchObject({ bytes: output.byteLength, score: score?.value });
      expect(score?.tried.at(-1)?.quality).toBe(report.settings.quality);
      expect(score?.encodes).toBeLessThan(6);
      if (to !== 'jxl') expect(await judge(bytes, output)).toBeCloseTo(score?.value ?? 0, 1);
    },
  );

  it.each([
    ['photo-png/kodak-9.png', undefined],
    ['photo-png/kodak-22.png', '4:4:4'],
  ])('of 90 is reached in the way to code colour that takes fewer bytes: %s', async (file, way) => {
    // A montage of these tells of the other way.
    const { report } = await make(await read(file), { to: 'jpeg', quality: 'auto:90' });
    expect(report.score?.value).toBeGreaterThanOrEqual(90);
    expect(report.settings.options['chromaSubsampling']).toBe(way);
  });

  it('is the lowest quality that reaches it', async () => {
    const bytes = await read('photo-png/kodak-5.png');
    const { report } = await make(bytes, { to: 'webp', quality: 'auto:80' });
    const quality = (report.settings.quality ?? 0) - 1;
    const { output } = await make(bytes, { to: 'webp', quality });
    expect(await judge(bytes, output)).toBeLessThan(80);
  });

  it('is of the picture as it was resized', async () => {
    const bytes = await read('photo-png/kodak-5.png');
    const recipe = { to: 'webp', quality: 'auto:80', resize: { width: 300 } } as const;
    const { report } = await make(bytes, recipe);
    expect(report.score?.value).toBeGreaterThanOrEqual(80);
    expect(report.score?.value).toBeLessThan(82);
  });
});

describe.skipIf(corpus === undefined)('a size that may not be exceeded', () => {
  it('is filled with as much quality as fits, and scored', async () => {
    const bytes = await read('photo-png/kodak-5.png');
    const { output, report } = await make(bytes, { to: 'webp', quality: 90, maxBytes: 40_000 });
    expect(output.byteLength).toBeLessThanOrEqual(40_000);
    expect(output.byteLength).toBeGreaterThan(36_000);
    expect(report.score?.target).toBeUndefined();
    expect(await judge(bytes, output)).toBeCloseTo(report.score?.value ?? 0, 1);
  });

  it('goes before a score, and the report says so', async () => {
    const bytes = await read('photo-png/kodak-5.png');
    const { output, report } = await make(bytes, { to: 'jpeg', quality: 'auto:85', maxBytes: 50_000 });
    expect(output.byteLength).toBeLessThanOrEqual(50_000);
    expect(report.score?.value).toBeLessThan(85);
    expect(report.score).toMatchObject({ target: 85, note: '50000 bytes allow no more' });
  });

  it('that nothing fits into gives the least there is, and the report says so', async () => {
    const { report } = await make(await read('photo-png/kodak-5.png'), { to: 'jpeg', maxBytes: 500 });
    expect(report.settings.quality).toBe(1);
    expect(report.score?.note).toContain('not even the lowest quality');
  });
});

describe.skipIf(corpus === undefined)('the best format', () => {
  it('of a photograph loses something, and is smaller than each other at that score', async () => {
    const bytes = await read('photo-png/kodak-23.png');
    const best = await make(bytes, { to: 'best', quality: 'auto:80', effort: 'fast' });
    expect(best.report.output.format).toBe('avif');
    expect(best.report.score?.value).toBeGreaterThanOrEqual(79.5);
    for (const to of ['jpeg', 'webp'] as const) {
      const { output } = await make(bytes, { to, quality: 'auto:80', effort: 'fast' });
      expect(output.byteLength).toBeGreaterThan(best.output.byteLength);
    }
  });

  it('is the smallest of those that are allowed', async () => {
    const bytes = await read('photo-png/kodak-23.png');
    const recipe: RecipeInput = { to: 'best', bestOf: ['jpeg', 'webp', 'png'], quality: 'auto:75' };
    const best = await make(bytes, recipe);
    const each = await Promise.all(
      (['jpeg', 'webp'] as const).map((to) => make(bytes, { to, quality: 'auto:75' })),
    );
    expect(best.output.byteLength).toBe(Math.min(...each.map(({ output }) => output.byteLength)));
  });
});

describe('drawings', () => {
  const drawing = async (): Promise<Buffer> => {
    const squares = Array.from({ length: 40 }, (_, at) => {
      const [x, y] = [(at * 97) % 700, (at * 61) % 500];
      return `<rect x="${String(x)}" y="${String(y)}" width="60" height="40" fill="hsl(${String((at % 6) * 60)},80%,50%)"/>`;
    });
    const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="760" height="540" shape-rendering="crispEdges">${squares.join('')}</svg>`;
    return sharp(Buffer.from(svg)).png().toBuffer();
  };

  it('with few colours and transparency lose nothing as the best format', async () => {
    const bytes = await drawing();
    const { output, report } = await make(bytes, { to: 'best', quality: 'auto:75' });
    expect(['png', 'webp']).toContain(report.output.format);
    expect(report.settings.lossless).toBe(true);
    expect(report.score).toMatchObject({ value: 100 });
    expect(report.output.transparency).toBe(true);
    expect(output.byteLength).toBeLessThan(bytes.byteLength);
    expect(await judge(bytes, output)).toBeGreaterThan(99.99);
  });
});

describe('where no score is searched for, the report says why', () => {
  it.each([
    ['png', {}, 'PNG has no quality to choose'],
    ['webp', { lossless: true }, 'every pixel stays equal'],
    ['png', { palette: true }, 'a palette has as many colours as it may have'],
  ] as const)('%s %j', async (to, recipe, why) => {
    const { report } = await make(await picture(), { to, rotate: 90, ...recipe });
    expect(report.unscored).toBe(why);
    expect(report.score).toBeUndefined();
  });

  it('for moving pictures', async () => {
    const { report } = await make(await moving('gif'), { to: 'webp' });
    expect(report.unscored).toContain('all 3 frames');
    expect(report.output.frames).toBe(3);
  });

  it('but not where a number was named', async () => {
    const { report } = await make(await picture(), { to: 'webp', quality: 70 });
    expect(report).not.toHaveProperty('unscored');
    expect(report).not.toHaveProperty('score');
  });
});

describe('small and odd pictures', () => {
  it.each([
    [1, 1],
    [7, 40],
    [63, 2],
    [64, 64],
  ])('of %ix%i are scored too', async (width, height) => {
    const bytes = await picture({ width, height, format: 'png' });
    for (const to of ['jpeg', 'avif'] as const) {
      const { report } = await make(bytes, { to, effort: 'fast' });
      expect(report.score?.tried.length, to).toBeGreaterThan(0);
      expect(report.output, to).toMatchObject({ width, height });
    }
    // Of few colours, so that WebP may lose nothing, without a search.
    const { report } = await make(bytes, { to: 'webp', effort: 'fast' });
    expect(report.score?.value).toBeGreaterThanOrEqual(85);
    expect(report.output).toMatchObject({ width, height });
  });

  it('of more colours than a palette holds are searched as WebP too', async () => {
    const { report } = await make(await picture({ width: 64, height: 64 }), { to: 'webp', effort: 'fast' });
    expect(report.score?.tried.length).toBeGreaterThan(0);
    expect(report.settings.lossless).toBe(false);
  });

  it('in grey and with transparency reach their score', async () => {
    const grey = await sharp(await picture({ format: 'png' }))
      .toColourspace('b-w')
      .png()
      .toBuffer();
    const clear = await sharp(await picture())
      .ensureAlpha(0.4)
      .png()
      .toBuffer();
    const made = [await make(grey, { to: 'jpeg' }), await make(clear, { to: 'webp' })];
    for (const { report } of made) expect(report.score?.value).toBeGreaterThanOrEqual(85);
  });
});

it.each(['jpeg', 'webp', 'jxl'] as const)(
  'a picture of 16 bits is scored as %s, as it is shown',
  async (to) => {
    const samples = Uint16Array.from(
      { length: 120 * 90 * 3 },
      (_, at) => (at * 331 + (at % 360) * 170) & 0xffff,
    );
    const smooth = sharp(samples, { raw: { width: 120, height: 90, channels: 3 } }).toColourspace('rgb16');
    const bytes = await smooth.blur(3).toColourspace('rgb16').png().toBuffer();
    expect((await sharp(bytes).metadata()).depth).toBe('ushort');
    const { output, report } = await make(bytes, { to, quality: 'auto:80', effort: 'fast' });
    expect(report.score?.value).toBeGreaterThanOrEqual(80);
    if (to !== 'jxl') expect(await judge(bytes, output)).toBeCloseTo(report.score?.value ?? 0, 0);
  },
);

it('a JPEG that is compressed hard already stays as it is', async () => {
  const bytes = await sharp(await picture({ width: 640, height: 480, format: 'png' }))
    .jpeg({ quality: 60, mozjpeg: true })
    .toBuffer();
  const { report, output } = await make(bytes, { to: 'keep', quality: 'auto:90' });
  expect(report.outcome).toBe('kept-original');
  expect(output).toBe(bytes);
  expect(report.kept).toMatch(/nothing smaller came out|compressed hard already/);
});
