import type { OutputFormat } from '../../contract/formats.ts';
import { readWebpChunks } from './webp-chunks.ts';

/**
 * The uppermost rows of a JPEG or WebP as a file of its own, made by writing a smaller height into its header: both
 * code their rows from the top, so that a decoder stops there (T.81, A.2; RFC 6386, 5 and 9.1). A decoder of JPEG will
 * warn of the rest. Undefined for what cannot be cut like that, and for a file that is cut off itself.
 *
 * @param rows a multiple of 16
 */
export function topStrip(bytes: Uint8Array, format: OutputFormat, rows: number): Uint8Array | undefined {
  if (format === 'jpeg') return topOfJpeg(bytes, rows);
  return format === 'webp' ? topOfWebp(bytes, rows) : undefined;
}

function topOfJpeg(bytes: Uint8Array, rows: number): Uint8Array | undefined {
  if (bytes[bytes.length - 2] !== 0xff || bytes[bytes.length - 1] !== 0xd9) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = 2; at + 9 < bytes.length && bytes[at] === 0xff; at += 2 + view.getUint16(at + 2)) {
    const marker = bytes[at + 1];
    if (marker === 0xda) return undefined;
    if (marker !== 0xc0 && marker !== 0xc2) continue;
    const strip = new Uint8Array(bytes);
    new DataView(strip.buffer).setUint16(at + 5, rows);
    return strip;
  }
  return undefined;
}

/** The `VP8 ` chunk alone; transparency, animation and lossless ones are coded in other ways. */
function topOfWebp(bytes: Uint8Array, rows: number): Uint8Array | undefined {
  const chunks = readWebpChunks(bytes);
  if (chunks === undefined || chunks.some(({ type }) => type === 'ALPH' || type === 'ANMF')) return undefined;
  const picture = chunks.find(({ type }) => type === 'VP8 ')?.data;
  if (picture === undefined || picture.length < 10) return undefined;
  const padded = picture.length + (picture.length % 2);
  const strip = new Uint8Array(20 + padded);
  const view = new DataView(strip.buffer);
  strip.set(new TextEncoder().encode('RIFF'));
  view.setUint32(4, 12 + padded, true);
  strip.set(new TextEncoder().encode('WEBPVP8 '), 8);
  view.setUint32(16, picture.length, true);
  strip.set(picture, 20);
  // The two upper bits ask for scaling.
  view.setUint16(28, (view.getUint16(28, true) & 0xc000) | rows, true);
  return strip;
}
