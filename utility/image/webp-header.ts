import type { Metadata as SharpHeader } from 'sharp';
import { extractMetadata } from './metadata/extract.ts';
import { readOrientation } from './orientation.ts';
import { readWebpChunks, webpCanvas, type WebpChunk } from './webp-chunks.ts';

/** What this room uses of a header as sharp reads it. */
export type ContainerHeader = Pick<
  SharpHeader,
  | 'width'
  | 'height'
  | 'pageHeight'
  | 'pages'
  | 'space'
  | 'depth'
  | 'bitsPerSample'
  | 'hasAlpha'
  | 'orientation'
  | 'delay'
  | 'loop'
  | 'gainMap'
  | 'exif'
  | 'xmp'
  | 'icc'
  | 'iptc'
>;

/**
 * The header of a WebP, as sharp would tell it; undefined when it cannot be read. libvips makes room for all pixels
 * before it tells the size of a WebP: 4 ms for 6 megapixels, 1 % of encoding them.
 */
export function readWebpHeader(bytes: Uint8Array): ContainerHeader | undefined {
  const chunks = readWebpChunks(bytes);
  const canvas = chunks === undefined ? undefined : webpCanvas(chunks);
  if (chunks === undefined || canvas === undefined) return undefined;
  const block = (type: string): Buffer | undefined => {
    const data = chunks.find((chunk) => chunk.type === type)?.data;
    return data === undefined ? undefined : Buffer.from(data.buffer, data.byteOffset, data.byteLength);
  };
  const [exif, xmp, icc] = [block('EXIF'), block('XMP '), block('ICCP')];
  const { width, height, transparency } = canvas;
  return {
    width,
    height,
    space: 'srgb',
    depth: 'uchar',
    bitsPerSample: 8,
    hasAlpha: transparency,
    ...animation(chunks),
    ...(exif === undefined ? {} : { exif, orientation: readOrientation(extractMetadata({ exif }).exif) }),
    ...(xmp === undefined ? {} : { xmp }),
    ...(icc === undefined ? {} : { icc }),
  };
}

/** RFC 9649, 2.7.1.1: each ANMF has its duration in 24 bits at 12, ANIM how often it plays at 4. */
function animation(chunks: readonly WebpChunk[]): { pages?: number; delay?: number[]; loop?: number } {
  const frames = chunks.filter(({ type, data }) => type === 'ANMF' && data.length >= 16);
  if (frames.length === 0) return {};
  const control = chunks.find(({ type, data }) => type === 'ANIM' && data.length >= 6)?.data;
  return {
    pages: frames.length,
    delay: frames.map(({ data }) => (data[12] ?? 0) | ((data[13] ?? 0) << 8) | ((data[14] ?? 0) << 16)),
    loop: (control?.[4] ?? 0) | ((control?.[5] ?? 0) << 8),
  };
}
