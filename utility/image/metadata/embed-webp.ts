import { MillraceError } from '../../../contract/errors.ts';
import { viewOf } from './exif-structure.ts';
import type { Metadata } from './metadata.ts';

/** Bits of the VP8X chunk's first byte (RFC 9649, 2.7). */
const flags = { icc: 0x20, alpha: 0x10, exif: 0x08, xmp: 0x04 } as const;

interface Chunk {
  readonly type: string;
  readonly data: Uint8Array;
}

/** The extended format in its prescribed order: VP8X, ICCP, the picture or the animation, EXIF, XMP. */
export function embedInWebp(bytes: Uint8Array, metadata: Metadata): Uint8Array {
  const chunks = readChunks(bytes);
  const icc = metadata.icc ?? chunks.find(({ type }) => type === 'ICCP')?.data;
  const picture = chunks.filter(({ type }) => !['VP8X', 'ICCP', 'EXIF', 'XMP '].includes(type));
  const header = new Uint8Array(chunks.find(({ type }) => type === 'VP8X')?.data ?? describe(picture));
  header[0] =
    ((header[0] ?? 0) & ~(flags.icc | flags.exif | flags.xmp)) |
    (icc === undefined ? 0 : flags.icc) |
    (metadata.exif === undefined ? 0 : flags.exif) |
    (metadata.xmp === undefined ? 0 : flags.xmp);
  // A picture that needs nothing of the extended format is left in the simple one.
  const simple = header[0] === 0 || (header[0] === flags.alpha && picture[0]?.type === 'VP8L');
  return writeChunks([
    ...(simple ? [] : [{ type: 'VP8X', data: header }]),
    ...(icc === undefined ? [] : [{ type: 'ICCP', data: icc }]),
    ...picture,
    ...(metadata.exif === undefined ? [] : [{ type: 'EXIF', data: metadata.exif }]),
    ...(metadata.xmp === undefined ? [] : [{ type: 'XMP ', data: metadata.xmp }]),
  ]);
}

function readChunks(bytes: Uint8Array): Chunk[] {
  const view = viewOf(bytes);
  if (bytes.length < 20 || fourLetters(bytes, 0) !== 'RIFF' || fourLetters(bytes, 8) !== 'WEBP')
    throw notAWebp();
  const end = 8 + view.getUint32(4, true);
  if (end > bytes.length) throw notAWebp();
  const chunks: Chunk[] = [];
  for (let at = 12; at + 8 <= end;) {
    const size = view.getUint32(at + 4, true);
    if (at + 8 + size > end) throw notAWebp();
    chunks.push({ type: fourLetters(bytes, at), data: bytes.subarray(at + 8, at + 8 + size) });
    at += 8 + size + (size % 2);
  }
  return chunks;
}

function writeChunks(chunks: readonly Chunk[]): Uint8Array {
  const parts = chunks.flatMap(({ type, data }) => {
    const head = new Uint8Array(8);
    head.set(new TextEncoder().encode(type));
    viewOf(head).setUint32(4, data.length, true);
    return data.length % 2 === 0 ? [head, data] : [head, data, Uint8Array.of(0)];
  });
  const head = new Uint8Array(12);
  head.set(new TextEncoder().encode('RIFF'));
  head.set(new TextEncoder().encode('WEBP'), 8);
  const file = Buffer.concat([head, ...parts]);
  viewOf(file).setUint32(4, file.length - 8, true);
  return file;
}

/** The VP8X chunk of a picture in the simple format: dimensions and transparency from its own header. */
function describe(picture: readonly Chunk[]): Uint8Array {
  const [chunk] = picture;
  if (chunk === undefined || chunk.data.length < 10) throw notAWebp();
  const view = viewOf(chunk.data);
  if (chunk.type === 'VP8 ') {
    // RFC 6386, 9.1: three bytes of frame tag, three of start code, then 14 bits each and two of scaling.
    return canvas(view.getUint16(6, true) & 0x3fff, view.getUint16(8, true) & 0x3fff, false);
  }
  if (chunk.type !== 'VP8L') throw notAWebp();
  // RFC 9649, 3.4: a signature byte, then 14 bits each less one, then whether transparency is used.
  const bits = view.getUint32(1, true);
  return canvas((bits & 0x3fff) + 1, ((bits >>> 14) & 0x3fff) + 1, (bits & 0x1000_0000) !== 0);
}

function canvas(width: number, height: number, transparency: boolean): Uint8Array {
  const data = new Uint8Array(10);
  const view = viewOf(data);
  view.setUint32(4, width - 1, true); // 24 bits; the byte beyond is overwritten with the height's first
  view.setUint16(7, (height - 1) & 0xffff, true);
  view.setUint8(9, (height - 1) >> 16);
  view.setUint8(0, transparency ? flags.alpha : 0);
  return data;
}

function fourLetters(bytes: Uint8Array, at: number): string {
  return String.fromCharCode(...bytes.subarray(at, at + 4));
}

function notAWebp(): MillraceError {
  return new MillraceError('encode-failed', 'Metadata could not be added: the encoded file is not a WebP.');
}
