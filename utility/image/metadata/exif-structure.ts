/**
 * Where things are in an EXIF block (Exif 3.0, a TIFF 6.0 structure). Nothing is copied or decoded, so the block can
 * be edited in place and everything unknown, maker notes first of all, stays byte for byte where it was.
 *
 * Never throws, whatever the bytes: offsets are checked, no directory is entered twice.
 */
export interface ExifStructure {
  readonly littleEndian: boolean;
  readonly directories: readonly Directory[];
}

/** `thumbnail`: what is chained behind the first directory (IFD1). */
export type DirectoryKind = 'image' | 'thumbnail' | 'exif' | 'gps' | 'interoperability';

export interface Directory extends Range {
  readonly kind: DirectoryKind;
  readonly entries: readonly Entry[];
  /** False when the table runs over the end of the block: there are entries that nobody can see. */
  readonly complete: boolean;
  /** Offset of the pointer to the directory behind this one; writers leave it out at the end of a block. */
  readonly nextAt: number | undefined;
}

export interface Entry {
  readonly tag: number;
  readonly type: number;
  readonly count: number;
  /** Offset of the 12 bytes of the entry. */
  readonly at: number;
  /** Where the value lies; `undefined` when its type is unknown or it is not inside the block. */
  readonly value: Range | undefined;
}

/** Byte offsets, `to` exclusive. */
export interface Range {
  readonly from: number;
  readonly to: number;
}

export const tags = {
  imageWidth: 0x0100,
  imageHeight: 0x0101,
  stripOffsets: 0x0111,
  orientation: 0x0112,
  stripByteCounts: 0x0117,
  dateTime: 0x0132,
  artist: 0x013b,
  thumbnailOffset: 0x0201,
  thumbnailLength: 0x0202,
  xmp: 0x02bc,
  copyright: 0x8298,
  exifPointer: 0x8769,
  gpsPointer: 0x8825,
  exifVersion: 0x9000,
  dateTimeOriginal: 0x9003,
  dateTimeDigitized: 0x9004,
  offsetTime: 0x9010,
  offsetTimeOriginal: 0x9011,
  offsetTimeDigitized: 0x9012,
  makerNote: 0x927c,
  subSecTime: 0x9290,
  subSecTimeOriginal: 0x9291,
  subSecTimeDigitized: 0x9292,
  pixelXDimension: 0xa002,
  pixelYDimension: 0xa003,
  interoperabilityPointer: 0xa005,
} as const;

/** Bytes of one value of each TIFF type, by the type's number. */
const typeSizes = [0, 1, 1, 2, 4, 8, 1, 1, 2, 4, 8, 4, 8, 4] as const;
export const shortType = 3;
const longType = 4;
const entrySize = 12;
/** Far more than any writer makes; a chain beyond it is hostile. */
const maxDirectories = 32;

/** `undefined` when the block does not begin as a TIFF structure. */
export function parseExif(exif: Uint8Array): ExifStructure | undefined {
  if (exif.length < 8) return undefined;
  const view = viewOf(exif);
  const order = view.getUint16(0);
  if (order !== 0x4949 && order !== 0x4d4d) return undefined;
  const littleEndian = order === 0x4949;
  if (view.getUint16(2, littleEndian) !== 42) return undefined;

  const directories: Directory[] = [];
  const entered = new Set<number>();
  const waiting: { kind: DirectoryKind; at: number }[] = [
    { kind: 'image', at: view.getUint32(4, littleEndian) },
  ];
  for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
    const { kind, at } = next;
    if (entered.has(at) || entered.size === maxDirectories || at < 8 || at + 2 > exif.length) continue;
    entered.add(at);
    const directory = readDirectory(view, littleEndian, kind, at);
    directories.push(directory);
    if (directory.nextAt !== undefined && (kind === 'image' || kind === 'thumbnail'))
      waiting.push({ kind: 'thumbnail', at: view.getUint32(directory.nextAt, littleEndian) });
    for (const entry of directory.entries) {
      const target = pointerTarget(entry.tag);
      if (target !== undefined) waiting.push({ kind: target, at: readNumber(view, littleEndian, entry) });
    }
  }
  return { littleEndian, directories };
}

export function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** The number in an entry's own four bytes: a SHORT or, whatever else it says it is, a LONG. */
export function readNumber(view: DataView, littleEndian: boolean, entry: Entry): number {
  return entry.type === shortType
    ? view.getUint16(entry.at + 8, littleEndian)
    : view.getUint32(entry.at + 8, littleEndian);
}

/** Every element of a SHORT or LONG array; empty when the value is neither or not inside the block. */
export function readNumbers(view: DataView, littleEndian: boolean, entry: Entry): number[] {
  const { value, type } = entry;
  if (value === undefined || (type !== shortType && type !== longType)) return [];
  const numbers: number[] = [];
  for (let at = value.from; at < value.to; at += type === shortType ? 2 : 4) {
    numbers.push(type === shortType ? view.getUint16(at, littleEndian) : view.getUint32(at, littleEndian));
  }
  return numbers;
}

/**
 * Writes one number into an entry's own four bytes; a SHORT that is too small for it becomes a LONG, and what some
 * cameras write as two SHORTs becomes one.
 */
export function writeNumber(view: DataView, littleEndian: boolean, entry: Entry, number: number): void {
  const inPlace = entry.type === shortType ? entry.count <= 2 : entry.type === longType && entry.count <= 1;
  if (!inPlace) return;
  const type = entry.type === shortType && number <= 0xffff ? shortType : longType;
  view.setUint16(entry.at + 2, type, littleEndian);
  view.setUint32(entry.at + 4, 1, littleEndian);
  view.setUint32(entry.at + 8, 0);
  if (type === shortType) view.setUint16(entry.at + 8, number, littleEndian);
  else view.setUint32(entry.at + 8, number, littleEndian);
}

/** The table and the values of a directory, as far as they lie inside the block. */
export function rangesOf(directory: Directory): Range[] {
  return [directory, ...directory.entries.flatMap((entry) => entry.value ?? [])];
}

export function overlaps(one: Range, other: Range): boolean {
  return one.from < other.to && other.from < one.to;
}

function readDirectory(view: DataView, littleEndian: boolean, kind: DirectoryKind, at: number): Directory {
  const declared = view.getUint16(at, littleEndian);
  const nextAt = at + 2 + declared * entrySize;
  const entries: Entry[] = [];
  for (let index = 0; index < declared; index++) {
    const entryAt = at + 2 + index * entrySize;
    if (entryAt + entrySize > view.byteLength) break;
    entries.push(readEntry(view, littleEndian, entryAt));
  }
  return {
    kind,
    from: at,
    to: Math.min(nextAt + 4, view.byteLength),
    entries,
    complete: nextAt <= view.byteLength,
    nextAt: nextAt + 4 <= view.byteLength ? nextAt : undefined,
  };
}

function readEntry(view: DataView, littleEndian: boolean, at: number): Entry {
  const type = view.getUint16(at + 2, littleEndian);
  const count = view.getUint32(at + 4, littleEndian);
  const size = (typeSizes[type] ?? 0) * count;
  const from = size <= 4 ? at + 8 : view.getUint32(at + 8, littleEndian);
  const inside = typeSizes[type] !== undefined && type !== 0 && from + size <= view.byteLength;
  return {
    tag: view.getUint16(at, littleEndian),
    type,
    count,
    at,
    value: inside ? { from, to: from + size } : undefined,
  };
}

function pointerTarget(tag: number): DirectoryKind | undefined {
  if (tag === tags.exifPointer) return 'exif';
  if (tag === tags.gpsPointer) return 'gps';
  return tag === tags.interoperabilityPointer ? 'interoperability' : undefined;
}
