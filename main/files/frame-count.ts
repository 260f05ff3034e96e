import type { InputFormat } from '../../contract/formats.ts';
import { gifFrames, type Begun } from './gif-frames.ts';

/** Bytes of a moving picture in which its frames are counted; what is larger goes on as it began. */
export const framesLength = 16 * 1024 * 1024;

/**
 * How many frames of a moving picture there are, near enough to know what memory they need: counted in the first bytes,
 * and on from there at the same rate. 1 for everything else. Takes one step for each block, whatever the bytes are.
 *
 * @param total bytes of the whole file
 */
export function countFrames(bytes: Uint8Array, format: InputFormat, total: number): number {
  switch (format) {
    case 'png':
      return Math.min(framesOfPng(bytes), Math.ceil(total / shortestApngFrame));
    case 'gif':
      return goingOn(gifFrames(bytes), bytes.byteLength, total);
    case 'webp':
      return movesWebp(bytes) ? goingOn(webpFrames(bytes), bytes.byteLength, total) : 1;
    default:
      return 1;
  }
}

/** An fcTL chunk and an fdAT chunk without pixels, bytes: an APNG may say that it has more frames than fit into it. */
const shortestApngFrame = 54;

/** Whether more of it must be read to tell. */
export function hidesFrames(bytes: Uint8Array, format: InputFormat | undefined): boolean {
  return format === 'gif' || (format === 'webp' && movesWebp(bytes));
}

function goingOn({ frames, lastAt }: Begun, seen: number, total: number): number {
  if (seen >= total || frames < 2) return Math.max(1, frames);
  // The last one may go on behind what was read.
  return Math.ceil(((frames - 1) * total) / lastAt);
}

/** RFC 9649, 2.7: a VP8X chunk comes first, and says whether ANMF chunks will follow. */
function movesWebp(bytes: Uint8Array): boolean {
  return fourLetters(bytes, 12) === 'VP8X' && ((bytes[20] ?? 0) & 0x02) !== 0;
}

function webpFrames(bytes: Uint8Array): Begun {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let [frames, lastAt] = [0, 0];
  for (let at = 12; at + 8 <= bytes.byteLength;) {
    if (fourLetters(bytes, at) === 'ANMF') [frames, lastAt] = [frames + 1, at];
    const size = view.getUint32(at + 4, true);
    at += 8 + size + (size % 2);
  }
  return { frames, lastAt };
}

/** W3C PNG third edition, 11.3.4.1: an acTL chunk before the pixels says how many frames there are. */
function framesOfPng(bytes: Uint8Array): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = 8; at + 12 <= bytes.byteLength; at += 12 + view.getUint32(at)) {
    const type = fourLetters(bytes, at + 4);
    if (type === 'IDAT') return 1;
    if (type === 'acTL') return Math.max(1, view.getUint32(at + 8));
  }
  return 1;
}

function fourLetters(bytes: Uint8Array, at: number): string {
  return String.fromCharCode(...bytes.subarray(at, at + 4));
}
