import type { Metadata as SharpHeader } from 'sharp';
import { extractMetadata } from './metadata/extract.ts';
import { readOrientation } from './orientation.ts';
import { readWebpChunks, webpCanvas, type WebpCanvas, type WebpChunk } from './webp-chunks.ts';

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
  const frames = chunks.filter(({ type, data }) => type === 'ANMF' && data.length >= 16).map(readFrame);
  return {
    width,
    height,
    space: 'srgb',
    depth: 'uchar',
    bitsPerSample: 8,
    hasAlpha: transparency || hasBarePlaces(canvas, frames),
    ...animation(chunks, frames),
    ...(exif === undefined ? {} : { exif, orientation: readOrientation(extractMetadata({ exif }).exif) }),
    ...(xmp === undefined ? {} : { xmp }),
    ...(icc === undefined ? {} : { icc }),
  };
}

/** A part of the canvas, pixels; right and bottom are beyond it. */
interface Area {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

interface WebpFrame extends Area {
  /** Milliseconds. */
  readonly duration: number;
  /** Its area is emptied before the next one comes. */
  readonly disposed: boolean;
}

/** RFC 9649, 2.7.1.1: what an ANMF chunk begins with, five numbers of 24 bits and one byte of flags. */
function readFrame({ data }: WebpChunk): WebpFrame {
  const number = (at: number): number =>
    (data[at] ?? 0) | ((data[at + 1] ?? 0) << 8) | ((data[at + 2] ?? 0) << 16);
  const [left, top] = [2 * number(0), 2 * number(3)];
  const [right, bottom] = [left + number(6) + 1, top + number(9) + 1];
  return { left, top, right, bottom, duration: number(12), disposed: ((data[15] ?? 0) & 1) !== 0 };
}

/** RFC 9649, 2.7.1.1: ANIM has at 4 how often it plays. */
function animation(
  chunks: readonly WebpChunk[],
  frames: readonly WebpFrame[],
): { pages?: number; delay?: number[]; loop?: number } {
  if (frames.length === 0) return {};
  const control = chunks.find(({ type, data }) => type === 'ANIM' && data.length >= 6)?.data;
  return {
    pages: frames.length,
    delay: frames.map(({ duration }) => duration),
    loop: (control?.[4] ?? 0) | ((control?.[5] ?? 0) << 8),
  };
}

/**
 * Whether there is ever a place without a frame on it, where viewers show what is behind the picture. The header's flag
 * is about transparent pixels within frames, and encoders cut away those around them.
 */
function hasBarePlaces({ width, height }: WebpCanvas, frames: readonly WebpFrame[]): boolean {
  const whole = { left: 0, top: 0, right: width, bottom: height, disposed: true };
  const before = [whole, ...frames];
  return frames.some((frame, at) => {
    const previous = before[at];
    return previous?.disposed === true && !covers(frame, previous);
  });
}

function covers(area: Area, other: Area): boolean {
  return (
    area.left <= other.left &&
    area.top <= other.top &&
    area.right >= other.right &&
    area.bottom >= other.bottom
  );
}
