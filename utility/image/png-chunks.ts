import { zlib } from './zlib.ts';

/** One chunk of a PNG (W3C PNG third edition, 5.3). */
export interface PngChunk {
  /** Four letters. */
  readonly type: string;
  readonly data: Uint8Array;
  /** The chunk as it lies in the file: length, type, data, checksum. */
  readonly whole: Uint8Array;
}

export const pngSignature = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a);

/**
 * The chunks of a PNG in order, up to IEND or to the first that is cut off; nothing when it is no PNG. Checksums
 * are the decoder's business.
 */
export function* readPngChunks(bytes: Uint8Array): Generator<PngChunk> {
  if (pngSignature.some((byte, index) => bytes[index] !== byte)) return;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = pngSignature.length; at + 12 <= bytes.length;) {
    const end = at + 12 + view.getUint32(at);
    if (end > bytes.length) return;
    const type = String.fromCharCode(...bytes.subarray(at + 4, at + 8));
    yield { type, data: bytes.subarray(at + 8, end - 4), whole: bytes.subarray(at, end) };
    if (type === 'IEND') return;
    at = end;
  }
}

/** A chunk as it lies in a file, with its length and checksum. */
export function writePngChunk(type: string, data: Uint8Array): Uint8Array {
  const chunk = new Uint8Array(12 + data.length);
  const view = new DataView(chunk.buffer);
  view.setUint32(0, data.length);
  chunk.set(new TextEncoder().encode(type), 4);
  chunk.set(data, 8);
  view.setUint32(8 + data.length, zlib().crc32(chunk.subarray(4, 8 + data.length)));
  return chunk;
}
