import { imageSize } from 'image-size';
import type { InputFormat } from '../../contract/formats.ts';
import { sniffFormat } from '../../contract/sniff.ts';
import type { SourceHead } from '../engine/world.ts';
import { countFrames } from './frame-count.ts';
import { gifSize } from './gif-frames.ts';
import { jpegSize } from './jpeg-size.ts';
import { directoryLength, tiffDirectory } from './tiff-directory.ts';

/** Bytes within which nearly every picture says how large it is. */
export const headLength = 256 * 1024;
/** A profile for print is half a megabyte, and a JPEG has it before its size. */
export const longHeadLength = 2 * 1024 * 1024;

/** What is known of a source without a look at its content. */
export type KnownOfHead = Omit<SourceHead, 'format' | 'width' | 'height' | 'frames' | 'bitDepth'>;

/** What the first bytes of a source tell. Never throws: what cannot be read is the worker's to judge. */
export function describeHead(bytes: Uint8Array, rest: KnownOfHead): SourceHead {
  const format = sniffFormat(bytes);
  if (format === undefined) return { ...rest, format, width: undefined, height: undefined };
  const size = sizeOf(bytes, format);
  const bitDepth = bitDepthOf(bytes, format);
  const frames = countFrames(bytes, format, rest.bytes);
  return { ...rest, format, width: size?.width, height: size?.height, frames, bitDepth };
}

function sizeOf(
  bytes: Uint8Array,
  format: InputFormat,
): { readonly width: number; readonly height: number } | undefined {
  // The library searches a damaged JPEG byte by byte, and the window waits meanwhile.
  if (format === 'jpeg') return jpegSize(bytes.subarray(0, longHeadLength));
  try {
    // The library takes the canvas of a GIF, and the others a copy: it reads past the end of a view into a larger buffer.
    const size = format === 'gif' ? gifSize(bytes) : imageSize(new Uint8Array(bytes.subarray(0, headLength)));
    return size !== undefined && isEdge(size.width) && isEdge(size.height)
      ? { width: size.width, height: size.height }
      : undefined;
  } catch {
    // The size lies further back, or the header is damaged.
    return undefined;
  }
}

/** Bits per channel; undefined where only a decoder tells. */
function bitDepthOf(bytes: Uint8Array, format: InputFormat): number | undefined {
  switch (format) {
    case 'png':
      // In IHDR, which comes first: W3C PNG third edition, 11.2.1.
      return bytes[24];
    case 'tiff':
      return tiffDepth(bytes);
    case 'jpeg':
    case 'webp':
    case 'gif':
    case 'svg':
    case 'heic':
      return 8;
    case 'avif':
    case 'jxl':
      return undefined;
  }
}

/** Where the directory of a TIFF is at its end, `sources.ts` goes and looks. */
function tiffDepth(bytes: Uint8Array): number | undefined {
  const directory = tiffDirectory(bytes);
  if (directory === undefined || directory.at >= bytes.byteLength) return undefined;
  return directory.bitDepthIn(bytes.subarray(directory.at, directory.at + directoryLength));
}

/** Drawings may say `1e999`, broken headers 0. */
function isEdge(pixels: number): boolean {
  return Number.isSafeInteger(pixels) && pixels > 0;
}
