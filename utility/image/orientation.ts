import {
  parseExif,
  readNumber,
  tags,
  viewOf,
  writeNumber,
  type Directory,
} from './metadata/exif-structure.ts';

const short = 3;
const entryLength = 12;

/** How to turn the picture, 1 to 8; 1, upright, where the block says nothing that makes sense. */
export function readOrientation(exif: Uint8Array | undefined): number {
  if (exif === undefined) return 1;
  const structure = parseExif(exif);
  const directory = structure?.directories.find(({ kind }) => kind === 'image');
  const entry = directory?.entries.find(({ tag }) => tag === tags.orientation);
  if (structure === undefined || entry === undefined) return 1;
  const orientation = readNumber(viewOf(exif), structure.littleEndian, entry);
  return orientation >= 1 && orientation <= 8 ? orientation : 1;
}

/** EXIF with this orientation in it and nothing else changed; a block of its own where there is none. */
export function withOrientation(exif: Uint8Array | undefined, orientation: number): Uint8Array {
  const structure = exif === undefined ? undefined : parseExif(exif);
  const directory = structure?.directories.find(({ kind }) => kind === 'image');
  if (exif === undefined || structure === undefined || directory === undefined) return minimal(orientation);
  const { littleEndian } = structure;
  const entry = directory.entries.find(({ tag }) => tag === tags.orientation);
  if (entry !== undefined) {
    const edited = new Uint8Array(exif);
    writeNumber(viewOf(edited), littleEndian, entry, orientation);
    return edited;
  }
  return withEntry(exif, directory, littleEndian, orientation);
}

/** TIFF 6.0, section 2: a little-endian header, and one directory with one entry behind it. */
function minimal(orientation: number): Uint8Array {
  const header = Uint8Array.of(0x49, 0x49, 42, 0, 0, 0, 0, 0);
  return withEntry(header, { entries: [], nextAt: undefined }, true, orientation);
}

/** Copies the first directory's table to the end of the block, with one more entry; no value moves. */
function withEntry(
  exif: Uint8Array,
  directory: Pick<Directory, 'entries' | 'nextAt'>,
  littleEndian: boolean,
  orientation: number,
): Uint8Array {
  const { entries } = directory;
  const at = exif.length + (exif.length % 2);
  const edited = new Uint8Array(at + 2 + (entries.length + 1) * entryLength + 4);
  edited.set(exif);
  const view = viewOf(edited);
  view.setUint32(4, at, littleEndian);
  view.setUint16(at, entries.length + 1, littleEndian);
  const before = entries.filter(({ tag }) => tag < tags.orientation);
  const after = entries.filter(({ tag }) => tag > tags.orientation);
  let to = at + 2;
  for (const entry of before) to = copy(edited, entry.at, to);
  view.setUint16(to, tags.orientation, littleEndian);
  view.setUint16(to + 2, short, littleEndian);
  view.setUint32(to + 4, 1, littleEndian);
  view.setUint16(to + 8, orientation, littleEndian);
  to += entryLength;
  for (const entry of after) to = copy(edited, entry.at, to);
  if (directory.nextAt !== undefined) {
    view.setUint32(to, view.getUint32(directory.nextAt, littleEndian), littleEndian);
  }
  return edited;
}

function copy(bytes: Uint8Array, from: number, to: number): number {
  bytes.copyWithin(to, from, from + entryLength);
  return to + entryLength;
}
