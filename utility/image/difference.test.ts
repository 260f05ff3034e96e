import sharp from 'sharp';
import { beforeAll, describe, expect, it } from 'vitest';
import { moving, picture } from '../../tests/fixtures/pictures.ts';
import { parseRecipe, type Recipe } from '../../contract/recipe.ts';
import { loadCodecs, type Codecs } from '../codecs.ts';
import { convert } from './convert.ts';
import { drawMap, heatOf, makeDifference } from './difference.ts';

let codecs: Codecs;
beforeAll(async () => {
  codecs = await loadCodecs('native');
});

const name = 'picture';

async function resultOf(bytes: Uint8Array, recipe: Recipe): Promise<Uint8Array> {
  return (await convert({ name, bytes, recipe }, codecs, () => undefined)).bytes ?? bytes;
}

/** The opacity of every place of the map, 0 to 255. */
async function opacity(png: Uint8Array): Promise<Uint8Array> {
  return await sharp(png).extractChannel('alpha').raw().toBuffer();
}

describe('a map of differences', () => {
  it('is transparent everywhere for a picture beside itself, and says so', async () => {
    const bytes = await picture();
    const map = await makeDifference({ name, bytes, original: { bytes, recipe: parseRecipe({}) } }, codecs);
    expect(map).toMatchObject({ mime: 'image/png', width: 320, height: 240 });
    expect(map.note).toBe('Every pixel is the same.');
    expect(Math.max(...(await opacity(map.bytes)))).toBe(0);
  });

  it('takes grey for the colour that it is, and does not call what cannot be seen the same', async () => {
    const grey = sharp({ create: { width: 40, height: 30, channels: 4, background: '#808080' } });
    const bytes = await grey.clone().png().toBuffer();
    const recipe = parseRecipe({ to: 'png' });
    const same = await grey.clone().removeAlpha().toColourspace('b-w').png().toBuffer();
    const noted = async (result: Uint8Array): Promise<string | undefined> =>
      (await makeDifference({ name, bytes: result, original: { bytes, recipe } }, codecs)).note;
    expect(await noted(same)).toBe('Every pixel is the same.');
    const tinted = await sharp({ create: { width: 40, height: 30, channels: 3, background: '#818080' } })
      .png()
      .toBuffer();
    expect(await noted(tinted)).toContain('less than anyone could see');
  });

  it('is hot where the result differs, and nowhere else', async () => {
    const bytes = await sharp(await picture())
      .png()
      .toBuffer();
    const blot = await sharp({ create: { width: 40, height: 40, channels: 3, background: '#f0f' } })
      .png()
      .toBuffer();
    const result = await sharp(bytes)
      .composite([{ input: blot, left: 200, top: 100 }])
      .png()
      .toBuffer();
    const original = { bytes, recipe: parseRecipe({ to: 'png' }) };
    const map = await makeDifference({ name, bytes: result, original }, codecs);
    expect(map.note).toBeUndefined();
    const covered = await opacity(map.bytes);
    const at = (x: number, y: number): number => covered[y * 320 + x] ?? 0;
    expect(at(220, 120)).toBeGreaterThan(200);
    // The measure looks at the surroundings of a place, but not far.
    expect(at(180, 120)).toBe(0);
    expect(at(20, 20)).toBe(0);
  });

  const shapes: [string, Partial<Recipe>][] = [
    ['smaller', { resize: { longestEdge: 200, fit: 'inside', enlarge: false } }],
    ['cropped', { resize: { width: 100, height: 100, fit: 'cover', enlarge: false } }],
    ['turned', { rotate: 90 }],
    ['mirrored', { flip: 'horizontal' }],
    ['in another format', { to: 'webp' }],
    ['in the best format', { to: 'best', quality: 'auto' }],
  ];
  it.each(shapes)('compares a result that was made %s, place for place', async (_, change) => {
    const bytes = await sharp(await picture())
      .withMetadata({ orientation: 6 })
      .jpeg({ quality: 95 })
      .toBuffer();
    const recipe = parseRecipe({ quality: 98, effort: 'fast', ...change });
    const result = await resultOf(bytes, recipe);
    const { width, height } = await sharp(result)
      .autoOrient()
      .toBuffer({ resolveWithObject: true })
      .then(({ info }) => info);
    const map = await makeDifference({ name, bytes: result, original: { bytes, recipe } }, codecs);
    expect(map).toMatchObject({ width, height });
    const covered = await opacity(map.bytes);
    // Half a picture off, it would be hot all over.
    expect(covered.reduce((sum, each) => sum + each, 0) / covered.length).toBeLessThan(40);
  });

  it('is made of the first frame, of drawings, and of transparency before its background', async () => {
    const gif = await moving('gif');
    const svg = new TextEncoder().encode(
      '<svg xmlns="http://www.w3.org/2000/svg" width="200" height="100"><circle cx="90" cy="50" r="40" fill="#c30"/></svg>',
    );
    for (const bytes of [gif, svg]) {
      const recipe = parseRecipe({ to: 'jpeg', quality: 98, background: '#224466' });
      const result = await resultOf(bytes, recipe);
      const map = await makeDifference({ name, bytes: result, original: { bytes, recipe } }, codecs);
      const covered = await opacity(map.bytes);
      expect(covered.reduce((sum, each) => sum + each, 0) / covered.length).toBeLessThan(40);
    }
  });

  it('is refused in a sentence where none can be made', async () => {
    const gif = await moving('gif');
    const recipe = parseRecipe({});
    await expect(
      makeDifference({ name, bytes: gif, original: { bytes: gif, recipe } }, codecs),
    ).rejects.toMatchObject({ message: expect.stringContaining('moves') });

    const bytes = await picture();
    const other = await sharp(bytes).resize(100, 100, { fit: 'fill' }).jpeg().toBuffer();
    await expect(
      makeDifference({ name, bytes: other, original: { bytes, recipe } }, codecs),
    ).rejects.toMatchObject({ message: expect.stringContaining('another shape') });

    const huge = await sharp({
      create: { width: 12_000, height: 9_000, channels: 3, background: '#fff' },
      limitInputPixels: false,
    })
      .png({ compressionLevel: 1 })
      .toBuffer();
    await expect(
      makeDifference({ name, bytes: huge, original: { bytes: huge, recipe } }, codecs),
    ).rejects.toMatchObject({ code: 'too-many-pixels', message: expect.stringContaining('100 megapixels') });
  });
});

describe('drawing a map', () => {
  it('gets hotter with the distance, from nothing to all', () => {
    const heats = [0, 0.0004, 0.001, 0.01, 0.1, 0.4, 9].map(heatOf);
    expect(heats.slice(0, 2)).toEqual([0, 0]);
    for (const [index, heat] of heats.slice(2, 6).entries())
      expect(heat).toBeGreaterThan(heats[index + 1] ?? 0);
    expect(heats.slice(5)).toEqual([1, 1]);
  });

  it('keeps the hottest place where it draws coarser, also at the far edge', () => {
    const data = new Float32Array(9 * 5);
    data[4 * 9 + 8] = 1;
    const drawn = drawMap({ data, width: 9, height: 5 }, { width: 9, height: 5 }, 12);
    expect(drawn).toMatchObject({ width: 5, height: 3, hottest: 1 });
    const alphas = Array.from({ length: 15 }, (_, index) => drawn.data[4 * index + 3] ?? 0);
    expect(alphas.slice(0, 14)).toEqual(new Array(14).fill(0));
    expect(alphas[14]).toBeGreaterThan(200);
  });

  it('leaves out what the measure added around a tiny picture', () => {
    const data = new Float32Array(8 * 8).fill(1);
    expect(drawMap({ data, width: 8, height: 8 }, { width: 3, height: 2 })).toMatchObject({
      width: 3,
      height: 2,
    });
  });
});
