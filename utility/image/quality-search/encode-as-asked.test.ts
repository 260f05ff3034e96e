import { describe, expect, it } from 'vitest';
import { parseRecipe } from '../../../contract/recipe.ts';
import { loadCodecs } from '../../codecs.ts';
import type { Pixels } from '../pixels.ts';
import { encodeAsAsked } from './encode-as-asked.ts';

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

describe('a JPEG XL of an asked score', () => {
  it.each([70, 80, 85, 90])('of %i is reached by less than a point', async (target) => {
    const recipe = parseRecipe({ to: 'jxl', quality: `auto:${String(target)}`, effort: 'fast' });
    const job = { name: 'grain', pixels: grainy(160, 120), to: 'jxl', recipe, metadata: {} } as const;
    const { score, settings } = await encodeAsAsked(job, codecs);
    expect(score?.value).toBeGreaterThanOrEqual(target);
    expect(score?.value).toBeLessThanOrEqual(target + 1);
    expect(score?.tried.at(-1)?.quality).toBe(settings.quality);
    expect(settings.options['distance']).toBeCloseTo(0.1 + (100 - (settings.quality ?? 0)) * 0.09, 4);
  });
});
