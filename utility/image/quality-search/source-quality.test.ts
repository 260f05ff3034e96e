import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { parseRecipe, type RecipeInput } from '../../../contract/recipe.ts';
import { picture } from '../../../tests/fixtures/pictures.ts';
import { loadCodecs } from '../../codecs.ts';
import { probe } from '../probe.ts';
import { jpegQuality, whyKept } from './source-quality.ts';

const codecs = await loadCodecs('native');

describe('the quality of a JPEG', () => {
  it.each([10, 35, 50, 75, 90, 98])('%i of libjpeg is told from its tables', async (quality) => {
    const jpeg = await sharp(await picture())
      .jpeg({ quality })
      .toBuffer();
    expect(Math.abs((jpegQuality(jpeg) ?? 0) - quality)).toBeLessThanOrEqual(1);
  });

  it.each([40, 75, 95])('%i of mozjpeg is told roughly', async (quality) => {
    const jpeg = await sharp(await picture())
      .jpeg({ quality, mozjpeg: true })
      .toBuffer();
    expect(Math.abs((jpegQuality(jpeg) ?? 0) - quality)).toBeLessThanOrEqual(12);
  });

  it('is unknown where there is no table, or half of one', async () => {
    const jpeg = await sharp(await picture())
      .jpeg()
      .toBuffer();
    const table = jpeg.indexOf(Buffer.from([0xff, 0xdb]));
    expect(jpegQuality(jpeg.subarray(0, table))).toBeUndefined();
    expect(jpegQuality(jpeg.subarray(0, table + 20))).toBeUndefined();
    expect(jpegQuality(Uint8Array.of(0xff, 0xd8))).toBeUndefined();
  });
});

describe('a source', () => {
  async function verdict(
    quality: number,
    share: number,
    recipe: RecipeInput = {},
  ): Promise<string | undefined> {
    const source = await sharp(await picture({ format: 'png' }))
      .jpeg({ quality })
      .toBuffer();
    const bytes = new Uint8Array(Math.round(source.byteLength * share));
    return whyKept(source, { bytes }, await probe(source, 'a', codecs), parseRecipe(recipe));
  }

  it('is kept where nothing smaller came out', async () => {
    expect(await verdict(98, 1)).toBe('nothing smaller came out');
    expect(await verdict(98, 1.2, { quality: 80 })).toBe('nothing smaller came out');
  });

  it('that is compressed hard is kept for a gain of less than 5 %', async () => {
    expect(await verdict(70, 0.97)).toMatch(/compressed hard already \(JPEG quality about 70\).* 3\.\d %/);
    expect(await verdict(70, 0.93)).toBeUndefined();
  });

  it('is replaced for any gain where it is not, where a quality was named, and where it is too large', async () => {
    expect(await verdict(95, 0.97)).toBeUndefined();
    expect(await verdict(70, 0.97, { quality: 80 })).toBeUndefined();
    expect(await verdict(70, 0.97, { maxBytes: 100 })).toBeUndefined();
  });
});
