import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { parseRecipe } from '../../contract/recipe.ts';
import { picture } from '../../tests/fixtures/pictures.ts';
import { loadCodecs } from '../codecs.ts';
import { convert } from './convert.ts';

const codecs = await loadCodecs('native');

// Whoever asks for lossless never gets a loss without being told.
describe('lossless', () => {
  it('JPEG to JPEG keeps every coefficient, also of a picture that lies on its side', async () => {
    const bytes = await sharp(await picture())
      .withMetadata({ orientation: 6 })
      .jpeg({ quality: 90 })
      .toBuffer();
    const recipe = parseRecipe({ to: 'jpeg', lossless: true });
    const { bytes: output, report } = await convert(
      { name: 'a.jpg', bytes, recipe },
      codecs,
      () => undefined,
    );
    expect(report.settings.lossless).toBe(true);
    const upright = (jpeg: Uint8Array) => sharp(jpeg).autoOrient().raw().toBuffer();
    expect(Buffer.compare(await upright(output ?? bytes), await upright(bytes))).toBe(0);
  });

  it.each(['jpeg', 'avif'])('is refused where %s cannot do it', async (to) => {
    const bytes = await picture({ format: 'png' });
    const recipe = parseRecipe({ to, lossless: true });
    await expect(convert({ name: 'a.png', bytes, recipe }, codecs, () => undefined)).rejects.toMatchObject({
      code: 'lossless-refused',
    });
  });

  it('keeps the original where the own format cannot do it', async () => {
    const bytes = await sharp(await picture())
      .avif({ effort: 0 })
      .toBuffer();
    const recipe = parseRecipe({ to: 'keep', lossless: true });
    const { report } = await convert({ name: 'a.avif', bytes, recipe }, codecs, () => undefined);
    expect(report.outcome).toBe('kept-original');
  });
});
