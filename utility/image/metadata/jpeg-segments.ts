import { viewOf } from './exif-structure.ts';

/** A marker segment of a JPEG: ITU T.81, B.1.1.4. */
export interface JpegSegment {
  readonly marker: number;
  readonly payload: Uint8Array;
  /** With its marker and length. */
  readonly whole: Uint8Array;
}

/** What the payloads of segments that carry metadata begin with. */
export const segmentHeaders = {
  jfif: ascii('JFIF\0'),
  exif: ascii('Exif\0\0'),
  xmp: ascii('http://ns.adobe.com/xap/1.0/\0'),
  extendedXmp: ascii('http://ns.adobe.com/xmp/extension/\0'),
  icc: ascii('ICC_PROFILE\0'),
  photoshop: ascii('Photoshop 3.0\0'),
  adobe: ascii('Adobe'),
} as const;

/**
 * The segments before the first scan.
 *
 * @returns where the scan begins besides; undefined when the file is no JPEG or is cut off before it
 */
export function readJpegSegments(bytes: Uint8Array): {
  readonly segments: readonly JpegSegment[];
  readonly scanAt: number | undefined;
} {
  const segments: JpegSegment[] = [];
  if (bytes[0] !== 0xff || bytes[1] !== 0xd8) return { segments, scanAt: undefined };
  const view = viewOf(bytes);
  for (let at = 2; ;) {
    const from = at;
    while (bytes[at] === 0xff && bytes[at + 1] === 0xff) at += 1;
    const marker = bytes[at + 1];
    if (bytes[at] !== 0xff || marker === undefined || at + 4 > bytes.length)
      return { segments, scanAt: undefined };
    if (marker === 0xda) return { segments, scanAt: from };
    const to = at + 2 + view.getUint16(at + 2);
    if (to < at + 4 || to > bytes.length) return { segments, scanAt: undefined };
    segments.push({ marker, payload: bytes.subarray(at + 4, to), whole: bytes.subarray(at, to) });
    at = to;
  }
}

/** Whether an application segment (APP0 to APP15) is one that Millrace understands, or that decoders need. */
export function isKnownSegment({ marker, payload }: JpegSegment): boolean {
  const begins = (...headers: readonly Uint8Array[]): boolean =>
    headers.some((header) => header.every((byte, index) => payload[index] === byte));
  const { jfif, exif, xmp, extendedXmp, icc, photoshop, adobe } = segmentHeaders;
  switch (marker) {
    case 0xe0:
      return begins(jfif);
    case 0xe1:
      return begins(exif, xmp, extendedXmp);
    case 0xe2:
      return begins(icc);
    case 0xed:
      return begins(photoshop);
    case 0xee:
      return begins(adobe);
    default:
      return false;
  }
}

function ascii(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}
