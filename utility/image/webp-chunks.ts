/** One chunk of a WebP (RFC 9649, 2.3). */
export interface WebpChunk {
  /** Four characters. */
  readonly type: string;
  readonly data: Uint8Array;
}

export interface WebpCanvas {
  readonly width: number;
  readonly height: number;
  readonly transparency: boolean;
}

/** Bits of the first byte of a VP8X chunk (RFC 9649, 2.7). */
export const webpFlags = { icc: 0x20, alpha: 0x10, exif: 0x08, xmp: 0x04 } as const;

/** The chunks in order; undefined when it is no WebP or cut off. */
export function readWebpChunks(bytes: Uint8Array): WebpChunk[] | undefined {
  if (bytes.length < 20 || fourLetters(bytes, 0) !== 'RIFF' || fourLetters(bytes, 8) !== 'WEBP')
    return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const end = 8 + view.getUint32(4, true);
  if (end > bytes.length) return undefined;
  const chunks: WebpChunk[] = [];
  for (let at = 12; at + 8 <= end;) {
    const size = view.getUint32(at + 4, true);
    if (at + 8 + size > end) return undefined;
    chunks.push({ type: fourLetters(bytes, at), data: bytes.subarray(at + 8, at + 8 + size) });
    at += 8 + size + (size % 2);
  }
  return chunks;
}

/** Size and transparency of the whole picture; undefined when no chunk tells. */
export function webpCanvas([first]: readonly WebpChunk[]): WebpCanvas | undefined {
  if (first === undefined || first.data.length < 10) return undefined;
  const view = new DataView(first.data.buffer, first.data.byteOffset, first.data.byteLength);
  switch (first.type) {
    case 'VP8X':
      return {
        width: (view.getUint32(4, true) & 0xff_ffff) + 1,
        height: (view.getUint16(7, true) | (view.getUint8(9) << 16)) + 1,
        transparency: (view.getUint8(0) & webpFlags.alpha) !== 0,
      };
    case 'VP8 ':
      // RFC 6386, 9.1: three bytes of frame tag, three of start code, then 14 bits each and two of scaling.
      return {
        width: view.getUint16(6, true) & 0x3fff,
        height: view.getUint16(8, true) & 0x3fff,
        transparency: false,
      };
    case 'VP8L': {
      // RFC 9649, 3.4: a signature byte, then 14 bits each less one, then whether transparency is used.
      const bits = view.getUint32(1, true);
      return {
        width: (bits & 0x3fff) + 1,
        height: ((bits >>> 14) & 0x3fff) + 1,
        transparency: (bits & 0x1000_0000) !== 0,
      };
    }
    default:
      return undefined;
  }
}

function fourLetters(bytes: Uint8Array, at: number): string {
  return String.fromCharCode(...bytes.subarray(at, at + 4));
}
