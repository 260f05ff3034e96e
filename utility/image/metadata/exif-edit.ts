import {
  overlaps,
  parseExif,
  rangesOf,
  readNumber,
  readNumbers,
  tags,
  viewOf,
  writeNumber,
  type Directory,
  type Entry,
  type ExifStructure,
  type Range,
} from './exif-structure.ts';
import { hasCoordinates } from './xmp.ts';

/**
 * EXIF made true for a picture that was re-encoded: orientation 1, because the pixels stand upright already, and the
 * new dimensions in pixels. The embedded thumbnail goes: it shows the picture before it was turned, cropped or
 * resized, lies on its side once the orientation is 1, and is often larger than a small output.
 *
 * Everything else stays byte for byte at its offset, so maker notes, whose inner offsets nobody but the maker
 * knows, stay readable. What cannot be read is returned as it came.
 */
export function refreshExif(
  exif: Uint8Array,
  size: { readonly width: number; readonly height: number },
): Uint8Array {
  const structure = parseExif(exif);
  if (structure === undefined) return exif;
  const edited = new Uint8Array(exif);
  const view = viewOf(edited);
  const truth = new Map<number, number>([
    [tags.orientation, 1],
    [tags.imageWidth, size.width],
    [tags.imageHeight, size.height],
    [tags.pixelXDimension, size.width],
    [tags.pixelYDimension, size.height],
  ]);
  for (const directory of structure.directories) {
    if (directory.kind !== 'image' && directory.kind !== 'exif') continue;
    for (const entry of directory.entries) {
      const number = truth.get(entry.tag);
      if (number !== undefined) writeNumber(view, structure.littleEndian, entry, number);
    }
  }
  return withoutThumbnail(edited, structure);
}

/**
 * EXIF without its GPS directory: its pointer is taken out of the table that holds it, its table and values are
 * overwritten with zeros; nothing else moves. XMP inside EXIF goes too when it names coordinates.
 *
 * `undefined` when the block is so damaged that the location cannot be proven gone.
 *
 * Not covered, because no specification says where to look: maker notes (a few makers repeat the position there),
 * free text such as a comment, and what the picture shows.
 */
export function withoutGps(exif: Uint8Array): Uint8Array | undefined {
  const structure = parseExif(exif);
  if (structure === undefined) return undefined;
  const edited = new Uint8Array(exif);
  const living = structure.directories.filter(({ kind }) => kind !== 'gps').flatMap(rangesOf);
  for (const directory of structure.directories) {
    if (!directory.complete) return undefined;
    if (directory.kind !== 'gps') continue;
    if (directory.entries.some((entry) => entry.value === undefined)) return undefined;
    const ranges = rangesOf(directory);
    if (ranges.some((range) => living.some((other) => overlaps(range, other)))) return undefined;
    for (const range of ranges) edited.fill(0, range.from, range.to);
  }

  const view = viewOf(edited);
  const known = new Set(structure.directories.map(({ from }) => from));
  for (const directory of structure.directories) {
    if (directory.kind === 'gps') continue;
    // From the last to the first, so that taking one out moves none that is still to be looked at.
    for (const entry of directory.entries.toReversed()) {
      if (entry.tag === tags.gpsPointer) {
        const target = readNumber(view, structure.littleEndian, entry);
        // Somewhere inside the block where no table could be read; what a wrong pointer names elsewhere is no GPS.
        if (!known.has(target) && target > 0 && target < exif.length) return undefined;
        takeOut(edited, structure, directory, entry);
      } else if (
        entry.tag === tags.xmp &&
        (entry.value === undefined || namesCoordinates(exif, entry.value))
      ) {
        if (entry.value !== undefined && entry.value.to - entry.value.from > 4)
          edited.fill(0, entry.value.from, entry.value.to);
        takeOut(edited, structure, directory, entry);
      }
    }
  }
  return edited;
}

/** Whether the block says where the picture was taken: a GPS directory with more than its version number. */
export function hasGps(exif: Uint8Array): boolean {
  const directories = parseExif(exif)?.directories ?? [];
  return directories.some(({ kind, entries }) => kind === 'gps' && entries.some(({ tag }) => tag !== 0));
}

/**
 * Whether the block says nothing but how the picture is to be shown: orientation, resolution, size, and the versions that
 * the format of EXIF asks for. Encoders write such a block by themselves.
 */
export function isTechnical(exif: Uint8Array): boolean {
  const directories = parseExif(exif)?.directories;
  return (
    directories?.every(
      ({ kind, entries }) =>
        (kind === 'image' || kind === 'exif') && entries.every(({ tag }) => technicalTags.has(tag)),
    ) === true
  );
}

const technicalTags: ReadonlySet<number> = new Set([
  tags.imageWidth,
  tags.imageHeight,
  tags.orientation,
  tags.exifPointer,
  tags.exifVersion,
  tags.pixelXDimension,
  tags.pixelYDimension,
  // x and y resolution and their unit, position of chroma samples, components, FlashPix version, colour space
  0x011a,
  0x011b,
  0x0128,
  0x0213,
  0x9101,
  0xa000,
  0xa001,
]);

/** Whether a camera maker's private notes are in the block. */
export function hasMakerNote(exif: Uint8Array): boolean {
  const directories = parseExif(exif)?.directories ?? [];
  return directories.some(({ entries }) => entries.some(({ tag }) => tag === tags.makerNote));
}

/** Unlinks IFD1, overwrites it and its picture, and cuts off the zeros that this leaves at the end of the block. */
function withoutThumbnail(exif: Uint8Array, structure: ExifStructure): Uint8Array {
  const kept = structure.directories.filter(({ kind }) => kind !== 'thumbnail');
  const dropped = structure.directories.filter(({ kind }) => kind === 'thumbnail');
  const image = kept.find(({ kind }) => kind === 'image');
  if (image?.nextAt === undefined || dropped.length === 0) return exif;
  const view = viewOf(exif);
  view.setUint32(image.nextAt, 0);

  const living = kept.flatMap(rangesOf);
  const dead = dropped.flatMap((directory) => [
    ...rangesOf(directory),
    ...pictureRanges(view, structure.littleEndian, directory),
  ]);
  for (const range of dead) {
    // A range that something living shares (damaged, or a maker note that uses the same preview) is left alone.
    if (!living.some((other) => overlaps(range, other))) exif.fill(0, range.from, range.to);
  }
  const livingEnd = Math.max(8, ...living.map(({ to }) => to));
  const end = exif.findLastIndex((byte) => byte !== 0) + 1;
  return exif.subarray(0, Math.max(livingEnd, end));
}

/** Where the thumbnail's own bytes lie: one JPEG, or TIFF strips. */
function pictureRanges(view: DataView, littleEndian: boolean, directory: Directory): Range[] {
  const numbers = (tag: number): number[] => {
    const entry = directory.entries.find((candidate) => candidate.tag === tag);
    return entry === undefined ? [] : readNumbers(view, littleEndian, entry);
  };
  const offsets = [...numbers(tags.thumbnailOffset), ...numbers(tags.stripOffsets)];
  const lengths = [...numbers(tags.thumbnailLength), ...numbers(tags.stripByteCounts)];
  return offsets.flatMap((from, index) => {
    const to = Math.min(from + (lengths[index] ?? 0), view.byteLength);
    return from >= 8 && from < to ? [{ from, to }] : [];
  });
}

/** Closes the gap in the table; the 12 bytes that this frees behind it become zeros. */
function takeOut(exif: Uint8Array, structure: ExifStructure, directory: Directory, entry: Entry): void {
  const view = viewOf(exif);
  exif.copyWithin(entry.at, entry.at + 12, directory.to);
  exif.fill(0, directory.to - 12, directory.to);
  const count = view.getUint16(directory.from, structure.littleEndian);
  view.setUint16(directory.from, count - 1, structure.littleEndian);
}

function namesCoordinates(exif: Uint8Array, range: Range): boolean {
  return hasCoordinates(exif.subarray(range.from, range.to));
}
