import { describe, expect, it } from 'vitest';
import { parseRecipe, type RecipeInput } from '../../../contract/recipe.ts';
import { loadCodecs } from '../../codecs.ts';
import type { Pixels } from '../pixels.ts';
import { encodeAsAsked } from './encode-as-asked.ts';
import { encodeOnce, type EncodeJob } from './encode-job.ts';
import { createScoredEncoder, type ScoredFile } from './scored-encoder.ts';

const codecs = await loadCodecs('native');

/** Waves with grain: hard enough that one step of quality is worth a point. */
function grainy(width: number, height: number): Pixels {
  const data = Uint8Array.from({ length: width * height * 3 }, (_, at) => {
    const [x, y] = [Math.floor(at / 3) % width, Math.floor(at / 3 / width)];
    const wave = 60 * Math.sin(x / (5 + (at % 3))) * Math.cos(y / 9);
    return 128 + wave + ((at * 2_654_435_761) >>> 24) / 8;
  });
  return { data, width, height, channels: 3, frames: 1, bitDepth: 8 };
}

const pixels = grainy(160, 120);

function job(to: EncodeJob['to'], quality: RecipeInput['quality']): EncodeJob {
  return { name: 'grain', pixels, to, recipe: parseRecipe({ to, quality }), metadata: {} };
}

describe('a JPEG XL of an asked score', () => {
  it.each([70, 80, 85, 90])('of %i is reached by less than a point', async (target) => {
    const { score, settings } = await encodeAsAsked(job('jxl', `auto:${String(target)}`), codecs);
    expect(score?.value).toBeGreaterThanOrEqual(target);
    expect(score?.value).toBeLessThanOrEqual(target + 1);
    expect(score?.tried.at(-1)?.quality).toBe(settings.quality);
    expect(settings.options['distance']).toBeCloseTo(0.1 + (100 - (settings.quality ?? 0)) * 0.09, 4);
  });
});

describe('a limit of bytes', () => {
  const limited = (to: EncodeJob['to'], more: RecipeInput = {}, picture = pixels): EncodeJob => ({
    ...job(to, 'auto'),
    pixels: picture,
    recipe: parseRecipe({ to, maxBytes: 300, ...more }),
  });
  const moving = { ...grainy(16, 12 * 3), height: 12, frames: 3, delays: [50, 50, 50] };

  it.each([
    ['PNG', limited('png')],
    ['a palette', limited('png', { palette: true })],
    ['TIFF', limited('tiff')],
    ['GIF', limited('gif')],
    ['what loses nothing', limited('webp', { lossless: true })],
    ['what moves', limited('webp', { quality: 100 }, moving)],
  ])('that %s cannot be brought below is told', async (_, asked) => {
    const { bytes, unscored } = await encodeAsAsked(asked, codecs);
    expect(bytes.byteLength).toBeGreaterThan(300);
    expect(unscored).toMatch(/; nothing could give way for 300 bytes$/);
  });

  it('that is kept is no news', async () => {
    const { unscored } = await encodeAsAsked(limited('png', { maxBytes: 1e6 }), codecs);
    expect(unscored).toBe('PNG has no quality to choose');
  });
});

describe('where one step of quality is worth more than a point', () => {
  async function step(to: EncodeJob['to'], quality: number): Promise<ScoredFile> {
    using encoder = await createScoredEncoder(
      pixels,
      to,
      (setting) => encodeOnce(job(to, quality), setting, codecs),
      codecs,
    );
    return await encoder.attempt({ quality, fineColour: false, forScore: 90 });
  }

  it.each([
    ['jpeg', 96, { quantisationTable: 5 }],
    ['webp', 64, { smartDeblock: true, effort: 6 }],
  ] as const)('%s finds a file between %i and the step below', async (to, upper, settings) => {
    const [above, below] = [await step(to, upper), await step(to, upper - 1)];
    const target = Number((below.score + 0.03).toFixed(2));
    expect(above.score).toBeGreaterThan(target + 1);
    const file = await encodeAsAsked(job(to, `auto:${String(target)}`), codecs);
    expect(file.score?.value).toBeGreaterThanOrEqual(target);
    expect(file.score?.value).toBeLessThanOrEqual(target + 1);
    expect(file.bytes.byteLength).toBeLessThan(above.bytes);
    expect(file.settings.options).toMatchObject(settings);
    expect(file.score?.tried.at(-1)).toEqual({
      quality: file.settings.quality,
      bytes: file.bytes.byteLength,
      score: file.score?.value,
    });
  });
});
