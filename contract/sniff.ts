import type { InputFormat } from './formats.ts';

/** How many bytes from the start of a file `sniffFormat` wants. Fewer are fine for a smaller file. */
export const sniffLength = 1024;

/**
 * Tells a file's format by its first bytes, never by its name; `undefined` for anything that is not an image
 * Millrace reads. Signatures: the formats' own specifications (ISO 14496-12 brands for AVIF and HEIF).
 */
export function sniffFormat(bytes: Uint8Array): InputFormat | undefined {
  if (startsWith(bytes, 0xff, 0xd8, 0xff)) return 'jpeg';
  if (startsWith(bytes, 0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a)) return 'png';
  if (ascii(bytes, 0, 4) === 'RIFF' && ascii(bytes, 8, 12) === 'WEBP') return 'webp';
  if (/^GIF8[79]a$/.test(ascii(bytes, 0, 6))) return 'gif';
  if (isTiff(bytes)) return 'tiff';
  if (startsWith(bytes, 0xff, 0x0a)) return 'jxl';
  if (startsWith(bytes, 0, 0, 0, 0x0c, 0x4a, 0x58, 0x4c, 0x20, 0x0d, 0x0a, 0x87, 0x0a)) return 'jxl';
  if (ascii(bytes, 4, 8) === 'ftyp') return sniffIsoMedia(bytes);
  return isSvg(bytes) ? 'svg' : undefined;
}

function startsWith(bytes: Uint8Array, ...prefix: number[]): boolean {
  return prefix.every((byte, index) => bytes[index] === byte);
}

function ascii(bytes: Uint8Array, from: number, to: number): string {
  return String.fromCharCode(...bytes.subarray(from, to));
}

/** Classic TIFF (42) and BigTIFF (43) in both byte orders. */
function isTiff(bytes: Uint8Array): boolean {
  const order = ascii(bytes, 0, 2);
  if (order === 'II') return (bytes[2] === 42 || bytes[2] === 43) && bytes[3] === 0;
  if (order === 'MM') return bytes[2] === 0 && (bytes[3] === 42 || bytes[3] === 43);
  return false;
}

const avifBrands = new Set(['avif', 'avis']);
const heifBrands = new Set(['heic', 'heix', 'heim', 'heis', 'hevc', 'hevx', 'hevm', 'hevs', 'mif1', 'msf1']);

/** The major brand decides; a generic one (`mif1`) leaves it to the compatible brands. */
function sniffIsoMedia(bytes: Uint8Array): InputFormat | undefined {
  const length = ((bytes[0] ?? 0) << 24) | ((bytes[1] ?? 0) << 16) | ((bytes[2] ?? 0) << 8) | (bytes[3] ?? 0);
  const end = Math.min(Math.max(length, 16), bytes.length);
  const brands = [ascii(bytes, 8, 12)];
  for (let at = 16; at + 4 <= end; at += 4) brands.push(ascii(bytes, at, at + 4));
  if (brands.some((brand) => avifBrands.has(brand))) return 'avif';
  return brands.some((brand) => heifBrands.has(brand)) ? 'heic' : undefined;
}

/** The first element must be `<svg`, after any byte-order mark, declaration, comments and doctype. */
function isSvg(bytes: Uint8Array): boolean {
  const head = decodeText(bytes.subarray(0, sniffLength));
  const rest = head.replace(
    /^\s*(?:<\?xml[^>]*\?>|<!--[\s\S]*?-->|<!DOCTYPE[^[>]*(?:\[[\s\S]*?\]\s*)?>|\s+)*/i,
    '',
  );
  if (/^<(?:[\w-]+:)?svg[\s>/]/.test(rest)) return true;
  // A licence comment or entity list may be longer than what was read; an unfinished prologue that names SVG counts.
  return (
    /^(?:<!--|<!DOCTYPE\s+svg)/.test(rest) && /^\s*<\?xml|<!DOCTYPE\s+svg/.test(head) && /svg/i.test(head)
  );
}

function decodeText(bytes: Uint8Array): string {
  const text = String.fromCharCode(...bytes);
  if (startsWith(bytes, 0xef, 0xbb, 0xbf)) return text.slice(3);
  // UTF-16 markup is ASCII with a zero byte beside every character.
  if (startsWith(bytes, 0xff, 0xfe) || startsWith(bytes, 0xfe, 0xff))
    return text.slice(2).replaceAll('\0', '');
  return text;
}
