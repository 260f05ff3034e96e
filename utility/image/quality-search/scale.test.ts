import { describe, expect, it } from 'vitest';
import { parseRecipe } from '../../../contract/recipe.ts';
import { loadCodecs } from '../../codecs.ts';
import type { Pixels } from '../pixels.ts';
import { encodeOnce } from './encode-job.ts';
import { highestWithin, lowestReaching, scaleOf } from './scale.ts';

const wholeNumbers = scaleOf('jpeg');
const straight = (quality: number) => quality;

describe('qualities', () => {
  it('that reach a value do so from there on', () => {
    expect(lowestReaching(straight, 40, wholeNumbers)).toBe(40);
    expect(lowestReaching(straight, 40.1, scaleOf('jxl'))).toBe(40.25);
    expect(lowestReaching(straight, 101, wholeNumbers)).toBeUndefined();
    const dented = (quality: number) => (quality === 70 ? 0 : quality);
    expect(lowestReaching(dented, 40, wholeNumbers)).toBe(71);
  });

  it('that stay within a value do so up to there', () => {
    expect(highestWithin(straight, 40, wholeNumbers)).toBe(40);
    expect(highestWithin(straight, 40.3, scaleOf('jxl'))).toBe(40.25);
    expect(highestWithin(straight, 200, wholeNumbers)).toBe(100);
    expect(highestWithin(straight, 0, wholeNumbers)).toBeUndefined();
  });

  it('that AVIF may be asked for are those with a file of their own', async () => {
    const codecs = await loadCodecs('native');
    const recipe = parseRecipe({ effort: 'fast' });
    const data = Uint8Array.from({ length: 48 * 48 * 3 }, (_, at) => (at * 2_654_435_761) >>> 24);
    const pixels: Pixels = { data, width: 48, height: 48, channels: 3, frames: 1, bitDepth: 8 };
    const job = { name: 'noise', pixels, to: 'avif', recipe, metadata: {} } as const;
    const own: number[] = [];
    let before = new Uint8Array();
    for (const quality of wholeNumbers) {
      const { bytes } = await encodeOnce(job, { quality, fineColour: false }, codecs);
      if (Buffer.compare(bytes, before) !== 0) own.push(quality);
      before = Uint8Array.from(bytes);
    }
    expect(scaleOf('avif')).toEqual(own);
  });
});
