import { expect, it } from 'vitest';
import { parseRecipe } from '../../contract/recipe.ts';
import { picture } from '../../tests/fixtures/pictures.ts';
import { loadCodecs } from '../codecs.ts';
import { convert } from './convert.ts';

// libvips in WebAssembly has 2 GB of memory for good and does not give all of it back after an encode: the fourth
// picture of 8 megapixels failed with "JxlEncoderAddImageFrame error", every one after it with "out of memory".
it('writes one JPEG XL after another, however many there are', { timeout: 120_000 }, async () => {
  const codecs = await loadCodecs('native');
  const bytes = await picture({ width: 3840, height: 2160 });
  const recipe = parseRecipe({ to: 'jxl', quality: 80, effort: 'fast' });
  for (let round = 0; round < 8; round += 1) {
    const { report } = await convert({ name: 'large.jpg', bytes, recipe }, codecs, () => undefined);
    expect(report.output).toMatchObject({ format: 'jxl', width: 3840, height: 2160 });
  }
});
