import { parseExif, tags } from './exif-structure.ts';

/** Text tags that tell whose the picture is and when it was made; those of the first directory come first. */
const imageTags: ReadonlySet<number> = new Set([tags.dateTime, tags.artist, tags.copyright]);
const exifTags: ReadonlySet<number> = new Set([
  tags.dateTimeOriginal,
  tags.dateTimeDigitized,
  tags.offsetTime,
  tags.offsetTimeOriginal,
  tags.offsetTimeDigitized,
  tags.subSecTime,
  tags.subSecTimeOriginal,
  tags.subSecTimeDigitized,
]);

interface Field {
  readonly tag: number;
  readonly type: 2 | 4 | 7;
  readonly data: Uint8Array;
}

/**
 * A fresh EXIF block with copyright, artist and dates (with time zones and fractions of a second) and nothing else.
 * `undefined` when the source has none of them, or only blank ones.
 */
export function essentialExif(exif: Uint8Array): Uint8Array | undefined {
  const image: Field[] = [];
  const photo: Field[] = [];
  for (const directory of parseExif(exif)?.directories ?? []) {
    for (const { tag, type, value } of directory.entries) {
      if (type !== 2 || value === undefined) continue;
      const data = exif.subarray(value.from, value.to);
      if (isBlank(data)) continue;
      if (directory.kind === 'image' && imageTags.has(tag)) image.push({ tag, type, data });
      if (directory.kind === 'exif' && exifTags.has(tag)) photo.push({ tag, type, data });
    }
  }
  return image.length + photo.length === 0 ? undefined : build(unique(image), unique(photo));
}

/** `    `, `0000:00:00 00:00:00` and the like: cameras fill fields they know nothing about. */
function isBlank(data: Uint8Array): boolean {
  return data.every((byte) => byte === 0 || byte === 0x20 || byte === 0x30 || byte === 0x3a);
}

/** In the order of their tags, as TIFF wants them, the first of each. */
function unique(fields: readonly Field[]): Field[] {
  const byTag = new Map<number, Field>();
  for (const field of fields) if (!byTag.has(field.tag)) byTag.set(field.tag, field);
  return [...byTag.values()].toSorted((one, other) => one.tag - other.tag);
}

/** A little-endian TIFF structure of one or two directories. */
function build(image: readonly Field[], photo: readonly Field[]): Uint8Array {
  const header = Uint8Array.of(0x49, 0x49, 42, 0, 8, 0, 0, 0);
  if (photo.length === 0) return Buffer.concat([header, directory(image, 8)]);
  const pointer = new Uint8Array(4);
  const first: Field[] = [...image, { tag: tags.exifPointer, type: 4, data: pointer }];
  const version: Field = { tag: tags.exifVersion, type: 7, data: new TextEncoder().encode('0232') };
  const photoAt = 8 + directory(unique(first), 8).length;
  new DataView(pointer.buffer).setUint32(0, photoAt, true);
  return Buffer.concat([
    header,
    directory(unique(first), 8),
    directory(unique([version, ...photo]), photoAt),
  ]);
}

/** The table of a directory that begins at `at`, its values behind it, each on an even offset. */
function directory(fields: readonly Field[], at: number): Uint8Array {
  const table = new Uint8Array(2 + fields.length * 12 + 4);
  const view = new DataView(table.buffer);
  const values: Uint8Array[] = [];
  let valueAt = at + table.length;
  view.setUint16(0, fields.length, true);
  for (const [index, { tag, type, data }] of fields.entries()) {
    const entryAt = 2 + index * 12;
    view.setUint16(entryAt, tag, true);
    view.setUint16(entryAt + 2, type, true);
    view.setUint32(entryAt + 4, type === 4 ? 1 : data.length, true);
    if (data.length <= 4) {
      table.set(data, entryAt + 8);
      continue;
    }
    view.setUint32(entryAt + 8, valueAt, true);
    const padded = new Uint8Array(data.length + (data.length % 2));
    padded.set(data);
    values.push(padded);
    valueAt += padded.length;
  }
  return Buffer.concat([table, ...values]);
}
