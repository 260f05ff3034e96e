import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import exifReader from 'exif-reader';
import fc from 'fast-check';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { corpus } from '../../../tests/fixtures/corpus.ts';
import { hasGps, refreshExif, withoutGps } from './exif-edit.ts';
import { essentialExif } from './exif-essentials.ts';
import { parseExif } from './exif-structure.ts';
import { extractMetadata } from './extract.ts';

const size = { width: 640, height: 480 };

type Tags = Record<string, Record<string, unknown>>;

/** What an independent reader sees; `undefined` when it refuses the block. */
function readTags(exif: Uint8Array): Tags | undefined {
  try {
    const groups: Record<string, unknown> = exifReader(Buffer.from(exif));
    delete groups['bigEndian'];
    return groups as Tags;
  } catch {
    return undefined;
  }
}

/** The tags that are to stay as they are. */
function lasting(tags: Tags | undefined): Tags {
  const groups = structuredClone(tags ?? {});
  delete groups['Thumbnail'];
  for (const tag of ['Orientation', 'ImageWidth', 'ImageLength', 'ExifTag']) delete groups['Image']?.[tag];
  for (const tag of ['PixelXDimension', 'PixelYDimension']) delete groups['Photo']?.[tag];
  return groups;
}

describe.skipIf(corpus === undefined)('on the EXIF of real cameras', async () => {
  const root = join(corpus ?? '', 'meta', 'jpg');
  const names = corpus === undefined ? [] : readdirSync(root, { recursive: true, encoding: 'utf8' });
  const files: { name: string; exif: Uint8Array }[] = [];
  for (const name of names.filter((candidate) => /\.jpe?g$/.test(candidate))) {
    const { exif } = extractMetadata(await sharp(join(root, name), { failOn: 'none' }).metadata());
    if (exif !== undefined) files.push({ name, exif });
  }

  it('has files to run on', () => {
    expect(files.length).toBeGreaterThan(70);
  });

  it.each(files)('keeps every tag of $name but those that would lie', ({ exif }) => {
    const original = Buffer.from(exif);
    const refreshed = refreshExif(exif, size);
    expect(Buffer.compare(original, exif)).toBe(0);
    const before = readTags(exif);
    const after = readTags(refreshed);
    expect(lasting(after)).toEqual(lasting(before));
    expect(after?.['Thumbnail']).toBeUndefined();
    if (before?.['Image']?.['Orientation'] !== undefined) expect(after?.['Image']?.['Orientation']).toBe(1);
    const { PixelXDimension, PixelYDimension } = after?.['Photo'] ?? {};
    expect([undefined, size.width]).toContain(PixelXDimension);
    expect([undefined, size.height]).toContain(PixelYDimension);
  });

  it.each(files)('leaves no location in $name', ({ exif }) => {
    const stripped = withoutGps(refreshExif(exif, size));
    if (stripped === undefined) throw new Error('dropped as unprovable');
    expect(hasGps(stripped)).toBe(false);
    const after = readTags(stripped);
    expect(after?.['GPSInfo']).toBeUndefined();
    const expected = lasting(readTags(exif));
    delete expected['GPSInfo'];
    delete expected['Image']?.['GPSTag'];
    expect(lasting(after)).toEqual(expected);
    for (const directory of parseExif(exif)?.directories ?? []) {
      if (directory.kind !== 'gps') continue;
      for (const { value } of directory.entries) {
        if (value !== undefined)
          expect(stripped.subarray(value.from, value.to).every((byte) => byte === 0)).toBe(true);
      }
    }
  });

  it.each(files)('reduces $name to copyright, artist and dates', ({ exif }) => {
    const before = readTags(exif);
    const essential = essentialExif(exif);
    const after = essential === undefined ? undefined : readTags(essential);
    if (essential !== undefined) expect(after).toBeDefined();
    const image = ['Copyright', 'Artist', 'DateTime'];
    const photo = [
      ...['DateTimeOriginal', 'DateTimeDigitized', 'OffsetTime', 'OffsetTimeOriginal', 'OffsetTimeDigitized'],
      ...['SubSecTime', 'SubSecTimeOriginal', 'SubSecTimeDigitized'],
    ];
    for (const [group, tags] of [
      ['Image', image],
      ['Photo', photo],
    ] as const) {
      const unknown = Object.keys(after?.[group] ?? {}).filter((tag) => !tags.includes(tag));
      expect(unknown.filter((tag) => tag !== 'ExifTag' && tag !== 'ExifVersion')).toEqual([]);
      for (const tag of tags) {
        const value = before?.[group]?.[tag];
        const said =
          value instanceof Date
            ? !Number.isNaN(value.getTime())
            : typeof value === 'string' && /[^\s\0:0]/.test(value);
        if (said) expect(after?.[group]?.[tag]).toEqual(value);
      }
    }
  });
});

describe('on damaged EXIF', () => {
  /** Little-endian, one entry in the first directory. */
  function block(tag: number, type: number, count: number, value: number, length = 64): Uint8Array {
    const bytes = new Uint8Array(length);
    const view = new DataView(bytes.buffer);
    bytes.set([0x49, 0x49, 42, 0, 8, 0, 0, 0, 1, 0]);
    view.setUint16(10, tag, true);
    view.setUint16(12, type, true);
    view.setUint32(14, count, true);
    view.setUint32(18, value, true);
    return bytes;
  }

  it('never throws, whatever the bytes', () => {
    const headers = fc.constantFrom([], [0x49, 0x49, 42, 0, 8, 0, 0, 0], [0x4d, 0x4d, 0, 42, 0, 0, 0, 8]);
    fc.assert(
      fc.property(headers, fc.uint8Array({ maxLength: 400 }), (header, rest) => {
        const exif = Uint8Array.from([...header, ...rest]);
        const copy = exif.slice();
        refreshExif(exif, size);
        const stripped = withoutGps(exif);
        if (stripped !== undefined) expect(hasGps(stripped)).toBe(false);
        essentialExif(exif);
        expect(exif).toEqual(copy);
      }),
      { numRuns: 2000 },
    );
  });

  it('never leaves a location behind when single bytes of a sound block are wrong', () => {
    const sound = block(0x8825, 4, 1, 30, 96);
    sound.set(
      [2, 0, 1, 0, 2, 0, 2, 0, 0, 0, 0x4e, 0, 0, 0, 2, 0, 5, 0, 3, 0, 0, 0, 60, 0, 0, 0, 0, 0, 0, 0],
      30,
    );
    sound.fill(7, 60, 84);
    expect(hasGps(sound)).toBe(true);
    fc.assert(
      fc.property(fc.nat(sound.length - 1), fc.nat(255), (at, value) => {
        const exif = sound.slice();
        exif[at] = value;
        const stripped = withoutGps(exif);
        if (stripped !== undefined) expect(hasGps(stripped)).toBe(false);
      }),
      { numRuns: 2000 },
    );
  });

  it('ends with directories that point to themselves', () => {
    const exif = block(0x8769, 4, 1, 8);
    new DataView(exif.buffer).setUint32(22, 8, true);
    expect(refreshExif(exif, size)).toHaveLength(exif.length);
    expect(withoutGps(exif)).toBeDefined();
  });

  it('returns what it cannot read as it came, and drops it when a location must go', () => {
    const nonsense = Buffer.from('not a TIFF structure at all');
    expect(refreshExif(nonsense, size)).toBe(nonsense);
    expect(withoutGps(nonsense)).toBeUndefined();
  });

  it('drops a block whose GPS directory is cut off or shares bytes with others', () => {
    const cut = block(0x8825, 4, 1, 60);
    new DataView(cut.buffer).setUint16(60, 9, true);
    expect(withoutGps(cut)).toBeUndefined();
    const shared = block(0x8825, 4, 1, 12);
    expect(withoutGps(shared)).toBeUndefined();
  });

  it('makes a SHORT dimension a LONG when the new one needs it', () => {
    const exif = block(0x0100, 3, 1, 4000);
    const view = new DataView(refreshExif(exif, { width: 70_000, height: 1 }).slice().buffer);
    expect([view.getUint16(12, true), view.getUint32(18, true)]).toEqual([4, 70_000]);
  });
});
