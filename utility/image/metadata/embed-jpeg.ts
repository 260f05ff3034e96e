import { createHash } from 'node:crypto';
import { MillraceError } from '../../../contract/errors.ts';
import { viewOf } from './exif-structure.ts';
import { iptcToPhotoshop } from './iptc.ts';
import { isKnownSegment, readJpegSegments, segmentHeaders, type JpegSegment } from './jpeg-segments.ts';
import type { Metadata } from './metadata.ts';

/** The length field of a segment counts itself and has 16 bits (ITU T.81, B.1.1.4). */
const maxPayload = 0xffff - 2;

/** The largest EXIF block and IPTC that one JPEG segment can hold, bytes. */
export const maxJpegExif = maxPayload - segmentHeaders.exif.length;
export const maxJpegIptc = maxPayload - segmentHeaders.photoshop.length - 12 - 1;
/** ICC profiles are numbered from 1 to 255 in one byte each (ICC.1:2022, B.4). */
const maxIccPart = maxPayload - segmentHeaders.icc.length - 2;

/**
 * Behind the JFIF segment: EXIF, XMP, the profile, IPTC, comments. Exif 3.0 4.7, XMP part 3 1.1.3, ICC.1:2022 B.4. Of
 * the segments that were there, those stay that decoders need.
 */
export function embedInJpeg(bytes: Uint8Array, metadata: Metadata): Uint8Array {
  const { segments, scanAt } = readJpegSegments(bytes);
  if (scanAt === undefined) throw notAJpeg();
  const [first] = segments;
  const jfif = first?.marker === app0 ? first : undefined;
  const rest = segments.filter((each) => each !== jfif && stays(each, metadata.icc === undefined));
  return Buffer.concat([
    bytes.subarray(0, 2),
    ...(jfif === undefined ? [] : [jfif.whole]),
    ...(metadata.exif === undefined ? [] : [segment(0xe1, segmentHeaders.exif, metadata.exif)]),
    ...(metadata.xmp === undefined ? [] : xmpSegments(metadata.xmp)),
    ...(metadata.icc === undefined ? [] : iccSegments(metadata.icc)),
    ...(metadata.iptc === undefined ? [] : [segment(0xed, iptcToPhotoshop(metadata.iptc))]),
    ...(metadata.comments?.parts ?? []).map(({ whole }) => whole),
    ...rest.map(({ whole }) => whole),
    bytes.subarray(scanAt),
  ]);
}

const app0 = 0xe0;
const app2 = 0xe2;
const app14 = 0xee;
const comment = 0xfe;

/** Not what is said anew or shall not be said: comments and application segments, but for colour. */
function stays(each: JpegSegment, iccToo: boolean): boolean {
  const { marker } = each;
  if (marker === comment) return false;
  if (marker < app0 || marker > 0xef) return true;
  return (marker === app14 || (marker === app2 && iccToo)) && isKnownSegment(each);
}

function iccSegments(icc: Uint8Array): Uint8Array[] {
  const parts = split(icc, maxIccPart);
  if (parts.length > 255) throw doesNotFit('colour profile', icc);
  return parts.map((part, index) =>
    segment(0xe2, segmentHeaders.icc, Uint8Array.of(index + 1, parts.length), part),
  );
}

/**
 * A packet beyond one segment becomes an extension, named by its MD5 digest in a small standard packet (XMP part 3,
 * 1.1.3.1). The extension has no packet wrapper.
 */
function xmpSegments(xmp: Uint8Array): Uint8Array[] {
  if (xmp.length <= maxPayload - segmentHeaders.xmp.length) return [segment(0xe1, segmentHeaders.xmp, xmp)];
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
  const parts = split(extension, maxPayload - segmentHeaders.extendedXmp.length - 40);
  return [
    segment(0xe1, segmentHeaders.xmp, Buffer.from(standard, 'utf8')),
    ...parts.map((part) => {
      const place = new Uint8Array(8);
      viewOf(place).setUint32(0, extension.length);
      viewOf(place).setUint32(4, part.byteOffset - extension.byteOffset);
      return segment(0xe1, segmentHeaders.extendedXmp, ascii(digest), place, part);
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
