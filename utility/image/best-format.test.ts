import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp, { type SharpOptions } from 'sharp';
import { describe, expect, it } from 'vitest';
import { parseRecipe, type RecipeInput } from '../../contract/recipe.ts';
import type { Report } from '../../contract/report.ts';
import { corpus } from '../../tests/fixtures/corpus.ts';
import { picture } from '../../tests/fixtures/pictures.ts';
import { loadCodecs, type Codecs } from '../codecs.ts';
import { convert } from './convert.ts';
import { createScorer, type ScorePicture } from './score/score.ts';

const codecs = await loadCodecs('native');

interface Made {
  readonly output: Uint8Array;
  readonly report: Report;
}

async function make(bytes: Uint8Array, recipe: RecipeInput, by: Codecs = codecs): Promise<Made> {
  const asked = parseRecipe({ to: 'best', effort: 'fast', ...recipe });
  const result = await convert({ name: 'a', bytes, recipe: asked }, by, () => undefined);
  return { output: result.bytes ?? bytes, report: result.report };
}

/** As for the web: smaller than anything that looks like it. */
async function webJpeg(): Promise<Buffer> {
  return sharp(await picture({ format: 'png' }))
    .withExif({ IFD0: { Artist: 'Ada' } })
    .jpeg({ quality: 40, mozjpeg: true })
    .toBuffer();
}

async function shown(bytes: Uint8Array): Promise<ScorePicture> {
  const image = sharp(bytes).toColourspace('srgb').removeAlpha().raw();
  const { data, info } = await image.toBuffer({ resolveWithObject: true });
  return { data, width: info.width, height: info.height, channels: 3 };
}

describe('the best format is never larger than the source', () => {
  it.each<RecipeInput>([{}, { quality: 'auto:90' }, { lossless: true, bestOf: ['webp', 'png', 'jpeg'] }])(
    'whose own bytes are kept where they are the smallest: %j',
    async (recipe) => {
      const bytes = await webJpeg();
      const { report, output } = await make(bytes, { bestOf: ['jpeg', 'avif'], ...recipe });
      expect(output.byteLength).toBeLessThanOrEqual(bytes.byteLength);
      expect(report.output.format).toBe('jpeg');
      if (recipe.lossless !== true) expect(report).toMatchObject({ kept: 'nothing smaller came out' });
    },
  );

  it('also where its format would have lost against another', async () => {
    const bytes = await sharp(await picture({ format: 'png' }))
      .webp({ quality: 40 })
      .toBuffer();
    const recipe: RecipeInput = { quality: 'auto:90' };
    expect((await make(bytes, { ...recipe, bestOf: ['avif'] })).output.byteLength).toBeGreaterThan(
      bytes.length,
    );
    const { report, output } = await make(bytes, { ...recipe, bestOf: ['avif', 'webp'] });
    expect(output).toBe(bytes);
    expect(report).toMatchObject({ kept: 'nothing smaller came out', output: { format: 'webp' } });
  });

  it('keeps every coefficient of a JPEG where no loss is allowed, in fewer bytes', async () => {
    const bytes = await sharp(await picture())
      .jpeg({ quality: 90 })
      .toBuffer();
    const { report, output } = await make(bytes, { lossless: true });
    expect(report).toMatchObject({ outcome: 'converted', output: { format: 'jpeg' }, score: { value: 100 } });
    expect(output.byteLength).toBeLessThan(bytes.byteLength);
    expect(Buffer.compare(await sharp(output).raw().toBuffer(), await sharp(bytes).raw().toBuffer())).toBe(0);
  });

  it.each<readonly [string, RecipeInput]>([
    ['another size', { resize: { width: 300 } }],
    ['metadata gone', { metadata: 'strip' }],
    ['other formats', { bestOf: ['webp', 'png'] }],
  ])('unless more was asked: %s', async (_, recipe) => {
    const { report } = await make(await webJpeg(), {
      bestOf: ['jpeg', 'webp'],
      quality: 'auto:95',
      ...recipe,
    });
    expect(report.outcome).toBe('converted');
  });

  it('refuses to lose what may not be lost where no format can do that', async () => {
    const made = make(await picture({ format: 'png' }), { lossless: true, bestOf: ['jpeg', 'avif'] });
    await expect(made).rejects.toMatchObject({ code: 'lossless-refused' });
  });
});

/** Not yet compressed well. */
async function manyColours(): Promise<Buffer> {
  return sharp(await picture())
    .png({ compressionLevel: 1 })
    .toBuffer();
}

describe.skipIf(corpus === undefined)('the best format of a drawing', () => {
  it('loses nothing where it repeats itself, though no part of it tells that', async () => {
    const bytes = await readFile(join(corpus ?? '', 'svg', 'oceans.svg'));
    // Half as wide: a search of all of it takes half a minute.
    const recipe: RecipeInput = { bestOf: ['webp', 'jpeg'], resize: { width: 2048 } };
    const { report, output } = await make(bytes, recipe);
    expect(report).toMatchObject({ settings: { lossless: true }, score: { value: 100 } });
    // With a loss it has 28 kB.
    expect(output.byteLength).toBeLessThan(bytes.byteLength);
  });
});

describe.skipIf(corpus === undefined)('a drawing of few colours in a format that was named', () => {
  const make1000 = async (recipe: RecipeInput): Promise<Made> =>
    make(await readFile(join(corpus ?? '', 'svg', 'oceans.svg')), { resize: { width: 1000 }, ...recipe });

  // With a loss they have 9 and 44 kB.
  it.each([
    ['webp', 3000],
    ['jxl', 30_000],
  ] as const)('loses nothing where that takes fewer bytes: %s', async (to, most) => {
    const { report, output } = await make1000({ to, quality: 'auto' });
    expect(report).toMatchObject({ settings: { lossless: true }, score: { value: 100 } });
    expect(output.byteLength).toBeLessThan(most);
  });

  it.each<RecipeInput>([
    { to: 'webp', quality: 60 },
    { to: 'webp', quality: 60, maxBytes: 8000 },
  ])('has the quality that was named: %j', async (recipe) => {
    expect((await make1000(recipe)).report.settings).toMatchObject({ lossless: false });
  });
});

describe('a score', () => {
  it.each<RecipeInput>([{ bestOf: ['png'], palette: true }, { bestOf: ['gif'] }])(
    'of a palette is measured: %j',
    async (recipe) => {
      const bytes = await manyColours();
      const { report, output } = await make(bytes, { quality: 'auto:95', ...recipe });
      const measured = createScorer(await shown(bytes)).score(await shown(output));
      expect(measured).toBeLessThan(95);
      expect(report.score?.value).toBeCloseTo(measured, 6);
      expect(report.score?.note).toBe('a palette can reach no more with this picture');
      expect(report.settings.lossless).toBe(false);
    },
  );

  it('of a palette that does not reach what was asked leaves the field to others', async () => {
    const recipe: RecipeInput = { bestOf: ['png', 'webp'], palette: true, quality: 'auto:95' };
    const { report } = await make(await manyColours(), recipe);
    expect(report.output.format).toBe('webp');
  });

  it('of 100 is given to a lossless winner when its pixels have been compared', async () => {
    const bytes = await manyColours();
    expect((await make(bytes, { bestOf: ['png'] })).report).toMatchObject({
      score: { value: 100, target: 85 },
      settings: { lossless: true },
    });
    // An encoder that changes one sample by one.
    const broken = Object.assign<object, typeof sharp>((input: Uint8Array, options: SharpOptions) => {
      if (options.raw === undefined) return sharp(input, options);
      return sharp(
        Uint8Array.from(input, (value, at) => (at === 100 ? value ^ 1 : value)),
        options,
      );
    }, sharp);
    await expect(make(bytes, { bestOf: ['png'] }, { ...codecs, sharp: broken })).rejects.toMatchObject({
      code: 'verify-failed',
    });
  });
});

it('a palette without a loss has all colours', async () => {
  const bytes = await manyColours();
  const { report, output } = await make(bytes, { to: 'png', palette: true, lossless: true, rotate: 180 });
  expect(report).toMatchObject({ unscored: 'every pixel stays equal', settings: { lossless: true } });
  const turned = await sharp(bytes).rotate(180).raw().toBuffer();
  expect(Buffer.compare(await sharp(output).raw().toBuffer(), turned)).toBe(0);
});
