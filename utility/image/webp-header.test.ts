import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { moving, picture } from '../../tests/fixtures/pictures.ts';
import { readWebpHeader } from './webp-header.ts';

const upright = sharp(await picture({ width: 31, height: 17 }));

describe('the header of a WebP is what sharp tells of it', () => {
  const fields = ['width', 'height', 'pages', 'space', 'depth', 'hasAlpha', 'delay', 'loop'] as const;
  it.each([
    ['lossy', () => upright.clone().webp().toBuffer()],
    ['lossless', () => upright.clone().webp({ lossless: true }).toBuffer()],
    ['transparent', () => upright.clone().ensureAlpha(0.5).webp().toBuffer()],
    ['lossless transparent', () => upright.clone().ensureAlpha(0.5).webp({ lossless: true }).toBuffer()],
    ['moving', () => moving('webp')],
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

  it('and nothing at all when the file is cut off', async () => {
    const bytes = await upright.clone().webp().toBuffer();
    for (let length = 0; length < bytes.length; length += 11) {
      expect(readWebpHeader(bytes.subarray(0, length))).toBeUndefined();
    }
  });
});
