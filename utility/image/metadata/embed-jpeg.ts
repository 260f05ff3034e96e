import { createHash } from 'node:crypto';
import { MillraceError } from '../../../contract/errors.ts';
import { viewOf } from './exif-structure.ts';
import { iptcToPhotoshop } from './iptc.ts';
import type { Metadata } from './metadata.ts';

/** The length field of a segment counts itself and has 16 bits (ITU T.81, B.1.1.4). */
const maxPayload = 0xffff - 2;

const headers = {
  exif: ascii('Exif\0\0'),
  xmp: ascii('http://ns.adobe.com/xap/1.0/\0'),
  extendedXmp: ascii('http://ns.adobe.com/xmp/extension/\0'),
  icc: ascii('ICC_PROFILE\0'),
  photoshop: ascii('Photoshop 3.0\0'),
} as const;

/** The largest EXIF block and IPTC that one JPEG segment can hold, bytes. */
export const maxJpegExif = maxPayload - headers.exif.length;
export const maxJpegIptc = maxPayload - headers.photoshop.length - 12 - 1;
/** ICC profiles are numbered from 1 to 255 in one byte each (ICC.1:2022, B.4). */
const maxIccPart = maxPayload - headers.icc.length - 2;

/** Behind the JFIF segment: EXIF, XMP, the profile, IPTC. Exif 3.0 4.7, XMP part 3 1.1.3, ICC.1:2022 B.4. */
export function embedInJpeg(bytes: Uint8Array, metadata: Metadata): Uint8Array {
  const segments = readSegments(bytes);
  const first = segments[0];
  const jfif = first?.marker === 0xe0 ? first : undefined;
  const rest = segments.filter(
    (segment) => segment !== jfif && !isReplaced(segment.payload, segment.marker, metadata.icc !== undefined),
  );
  const scanAt = segments.at(-1)?.to ?? 2;
  return Buffer.concat([
    bytes.subarray(0, 2),
    ...(jfif === undefined ? [] : [bytes.subarray(jfif.from, jfif.to)]),
    ...(metadata.exif === undefined ? [] : [segment(0xe1, headers.exif, metadata.exif)]),
    ...(metadata.xmp === undefined ? [] : xmpSegments(metadata.xmp)),
    ...(metadata.icc === undefined ? [] : iccSegments(metadata.icc)),
    ...(metadata.iptc === undefined ? [] : [segment(0xed, iptcToPhotoshop(metadata.iptc))]),
    ...rest.map(({ from, to }) => bytes.subarray(from, to)),
    bytes.subarray(scanAt),
  ]);
}

interface Segment {
  readonly marker: number;
  readonly from: number;
  readonly to: number;
  readonly payload: Uint8Array;
}

/** The segments before the first scan. */
function readSegments(bytes: Uint8Array): Segment[] {
  if (bytes[0] !== 0xff || bytes[1] !== 0xd8) throw notAJpeg();
  const view = viewOf(bytes);
  const segments: Segment[] = [];
  for (let at = 2; ;) {
    const from = at;
    while (bytes[at] === 0xff && bytes[at + 1] === 0xff) at += 1;
    const marker = bytes[at + 1];
    if (bytes[at] !== 0xff || marker === undefined || at + 4 > bytes.length) throw notAJpeg();
    if (marker === 0xda) return segments;
    const to = at + 2 + view.getUint16(at + 2);
    if (to < at + 4 || to > bytes.length) throw notAJpeg();
    segments.push({ marker, from, to, payload: bytes.subarray(at + 4, to) });
    at = to;
  }
}

function isReplaced(payload: Uint8Array, marker: number, iccToo: boolean): boolean {
  const begins = (header: Uint8Array): boolean => header.every((byte, index) => payload[index] === byte);
  if (marker === 0xe1) return begins(headers.exif) || begins(headers.xmp) || begins(headers.extendedXmp);
  if (marker === 0xe2) return iccToo && begins(headers.icc);
  return marker === 0xed && begins(headers.photoshop);
}

function iccSegments(icc: Uint8Array): Uint8Array[] {
  const parts = split(icc, maxIccPart);
  if (parts.length > 255) throw doesNotFit('colour profile', icc);
  return parts.map((part, index) => segment(0xe2, headers.icc, Uint8Array.of(index + 1, parts.length), part));
}

/**
 * A packet beyond one segment becomes an extension, named by its MD5 digest in a small standard packet (XMP part 3,
 * 1.1.3.1). The extension has no packet wrapper.
 */
function xmpSegments(xmp: Uint8Array): Uint8Array[] {
  if (xmp.length <= maxPayload - headers.xmp.length) return [segment(0xe1, headers.xmp, xmp)];
  const text = Buffer.from(xmp)
    .toString('utf8')
    .replaceAll(/<\?xpacket[^>]*\?>/g, '');
  const extension = Buffer.from(text.trim(), 'utf8');
  const digest = createHash('md5').update(extension).digest('hex').toUpperCase();
  const standard =
    '<?xpacket begin="\uFEFF" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/">' +
    '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about="" ' +
    `xmlns:xmpNote="http://ns.adobe.com/xmp/note/" xmpNote:HasExtendedXMP="${digest}"/></rdf:RDF></x:xmpmeta>` +
    '<?xpacket end="w"?>';
  const parts = split(extension, maxPayload - headers.extendedXmp.length - 40);
  return [
    segment(0xe1, headers.xmp, Buffer.from(standard, 'utf8')),
    ...parts.map((part) => {
      const place = new Uint8Array(8);
      viewOf(place).setUint32(0, extension.length);
      viewOf(place).setUint32(4, part.byteOffset - extension.byteOffset);
      return segment(0xe1, headers.extendedXmp, ascii(digest), place, part);
    }),
  ];
}

function segment(marker: number, ...parts: readonly Uint8Array[]): Uint8Array {
  const length = parts.reduce((sum, part) => sum + part.length, 2);
  if (length > 0xffff) throw doesNotFit('metadata block', ...parts);
  return Buffer.concat([Uint8Array.of(0xff, marker, length >> 8, length & 0xff), ...parts]);
}

function split(bytes: Uint8Array, size: number): Uint8Array[] {
  const count = Math.ceil(bytes.length / size);
  return Array.from({ length: count }, (_, index) => bytes.subarray(index * size, (index + 1) * size));
}

function ascii(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

function notAJpeg(): MillraceError {
  return new MillraceError('encode-failed', 'Metadata could not be added: the encoded file is not a JPEG.');
}

function doesNotFit(what: string, ...parts: readonly Uint8Array[]): MillraceError {
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  return new MillraceError(
    'encode-failed',
    `A ${what} of ${String(length)} bytes does not fit into a JPEG. Choose another format, or strip metadata.`,
  );
}
