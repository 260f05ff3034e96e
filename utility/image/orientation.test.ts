import exifReader from 'exif-reader';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { picture } from '../../tests/fixtures/pictures.ts';
import { extractMetadata } from './metadata/extract.ts';
import { readOrientation, withOrientation } from './orientation.ts';

describe('orientation', () => {
  const exifOf = async (
    tags: Record<string, string>,
    orientation?: number,
  ): Promise<Uint8Array | undefined> => {
    const jpeg = await sharp(await picture())
      .withExif({ IFD0: tags })
      .withMetadata(orientation === undefined ? {} : { orientation })
      .jpeg()
      .toBuffer();
    return extractMetadata(await sharp(jpeg).metadata()).exif;
  };
  const read = (exif: Uint8Array) =>
    exifReader(Buffer.concat([Buffer.from('Exif\0\0', 'latin1'), exif])).Image ?? {};

  it('is written into a block of its own where there is none', () => {
    const exif = withOrientation(undefined, 6);
    expect(readOrientation(exif)).toBe(6);
    expect(read(exif)).toEqual({ Orientation: 6 });
  });

  it('is changed where it is, and nothing else with it', async () => {
    const exif = await exifOf({ Artist: 'Ada', Copyright: 'Ada, 2026' }, 3);
    const changed = withOrientation(exif, 8);
    expect(readOrientation(exif)).toBe(3);
    expect(readOrientation(changed)).toBe(8);
    expect(changed).toHaveLength(exif?.length ?? 0);
    expect(read(changed)).toMatchObject({ Artist: 'Ada', Copyright: 'Ada, 2026' });
  });

  it('is added to a block that has none, and every other tag stays readable', () => {
    const whole = withOrientation(undefined, 1);
    const without = new Uint8Array(whole);
    // Tag 0x010f, Make, in the place of 0x0112.
    without.set([0x0f, 0x01], 10);
    expect(readOrientation(without)).toBe(1);
    const added = withOrientation(without, 5);
    expect(readOrientation(added)).toBe(5);
    expect(Object.keys(read(added))).toHaveLength(2);
  });

  it.each([0, 9, 65_535])('%i is none: the picture is upright', (nonsense) => {
    expect(readOrientation(withOrientation(undefined, nonsense))).toBe(1);
  });

  it('of garbage is upright', () => {
    expect(readOrientation(new Uint8Array(50).fill(7))).toBe(1);
    expect(readOrientation(undefined)).toBe(1);
  });
});
