import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { moving, movingCard, picture } from '../../tests/fixtures/pictures.ts';
import { readWebpHeader } from './webp-header.ts';

const upright = sharp(await picture({ width: 31, height: 17 }));

/** The second of two frames has a card and nothing around it. */
async function groundThatGoesAway(): Promise<Buffer> {
  const [width, height] = [48, 32];
  const data = Buffer.alloc(2 * width * height * 4);
  data.fill(255, 0, data.length / 2);
  for (let y = 8; y < 24; y += 1)
    data.fill(255, ((height + y) * width + 8) * 4, ((height + y) * width + 24) * 4);
  return sharp(data, { raw: { width, height: 2 * height, channels: 4, pageHeight: height } })
    .webp({ delay: [100, 100] })
    .toBuffer();
}

describe('the header of a WebP is what sharp tells of it', () => {
  const fields = ['width', 'height', 'pages', 'space', 'depth', 'hasAlpha', 'delay', 'loop'] as const;
  it.each([
    ['lossy', () => upright.clone().webp().toBuffer()],
    ['lossless', () => upright.clone().webp({ lossless: true }).toBuffer()],
    ['transparent', () => upright.clone().ensureAlpha(0.5).webp().toBuffer()],
    ['lossless transparent', () => upright.clone().ensureAlpha(0.5).webp({ lossless: true }).toBuffer()],
    ['moving', () => moving('webp')],
    ['moving over nothing', () => movingCard({ channels: 4, format: 'webp' })],
    ['moving on a ground that goes away', () => groundThatGoesAway()],
    ['with EXIF', () => upright.clone().withMetadata({ orientation: 6 }).webp().toBuffer()],
    ['with a profile', () => upright.clone().withIccProfile('p3').webp().toBuffer()],
  ])('%s', async (_, make) => {
    const bytes = await make();
    const told = await sharp(bytes).metadata();
    const read = readWebpHeader(bytes);
    for (const field of fields) expect(read?.[field], field).toEqual(told[field]);
    expect(read?.orientation ?? 1).toBe(told.orientation ?? 1);
    expect(read?.icc?.length).toBe(told.icc?.length);
    expect(read?.exif?.length).toBe(told.exif?.length);
  });

  it('but that nothing shows through an animation that only redraws parts of itself', async () => {
    const bytes = await movingCard({ channels: 3, format: 'webp' });
    expect((await sharp(bytes).metadata()).hasAlpha).toBe(true);
    expect(readWebpHeader(bytes)?.hasAlpha).toBe(false);
  });

  it('and nothing at all when the file is cut off', async () => {
    const bytes = await upright.clone().webp().toBuffer();
    for (let length = 0; length < bytes.length; length += 11) {
      expect(readWebpHeader(bytes.subarray(0, length))).toBeUndefined();
    }
  });
});
