import { targetScore } from '../../../contract/quality.ts';
import type { Recipe } from '../../../contract/recipe.ts';
import type { Header } from '../header.ts';

/** A part of the bytes that is worth another loss. */
const worthwhileGain = 0.05;

/**
 * Why the source's own bytes are the better output, where nothing but fewer bytes was asked; undefined where they are
 * not. A quality that a person named is used for any gain, and so is an encoding without a loss; one that is
 * searched for has to be worth it.
 *
 * @param made what could be written instead
 */
export function whyKept(
  source: Uint8Array,
  made: { readonly bytes: Uint8Array },
  header: Header,
  { quality, lossless, maxBytes = Infinity }: Recipe,
): string | undefined {
  const gain = 1 - made.bytes.byteLength / source.byteLength;
  if (gain <= 0) return 'nothing smaller came out';
  if (gain >= worthwhileGain || lossless || targetScore(quality) === undefined) return;
  if (source.byteLength > maxBytes) return;
  const hard = compressedHard(source, header);
  if (hard === undefined) return;
  return `it is compressed hard already (${hard}); another loss would save no more than ${(100 * gain).toFixed(1)} %`;
}

/**
 * Why a source is compressed so hard that another loss is not worth a small gain; undefined where it is not.
 *
 * @param bytes of the whole source
 */
export function compressedHard(bytes: Uint8Array, { format, width, height }: Header): string | undefined {
  if (format === 'jpeg') {
    const quality = jpegQuality(bytes);
    return quality !== undefined && quality <= hardJpeg ? `JPEG quality about ${String(quality)}` : undefined;
  }
  const limit = hardBits[format];
  const bits = (8 * bytes.byteLength) / (width * height);
  return limit !== undefined && bits <= limit ? `${bits.toFixed(1)} bits a pixel` : undefined;
}

/** Cameras write 90 to 98; what was made for the web is below. */
const hardJpeg = 86;

/** Bits a pixel of lossy pictures that were made for the web. */
const hardBits: Partial<Record<Header['format'], number>> = { webp: 1.5, avif: 1.2, jxl: 1.2, heic: 1.2 };

/** ITU T.81, table K.1, the first steps in zigzag order: what quality 50 means to libjpeg. The others may be cut at 255. */
const standardLuminance = [16, 11, 12, 14, 12, 10, 16, 14, 13, 14, 18, 17, 16, 19, 24, 40];

/**
 * The quality on libjpeg's scale whose first quantisation table is as coarse as this JPEG's; undefined without a table.
 * Other encoders have other tables: for them it is near.
 */
export function jpegQuality(jpeg: Uint8Array): number | undefined {
  const table = firstTable(jpeg);
  if (table === undefined) return undefined;
  const coarseness = table.slice(0, standardLuminance.length).reduce((sum, step) => sum + step, 0);
  const standard = standardLuminance.reduce((sum, step) => sum + step, 0);
  const percent = (100 * coarseness) / standard;
  // The inverse of jpeg_quality_scaling of libjpeg.
  const quality = percent <= 100 ? (200 - percent) / 2 : 5000 / percent;
  return Math.min(100, Math.max(1, Math.round(quality)));
}

const startOfScan = 0xda;
const quantisationTables = 0xdb;

/** The steps of table 0, luminance by custom, in zigzag order: ITU T.81, B.2.4.1. */
function firstTable(jpeg: Uint8Array): number[] | undefined {
  const view = new DataView(jpeg.buffer, jpeg.byteOffset, jpeg.byteLength);
  for (let at = 2; at + 4 <= jpeg.byteLength && jpeg[at] === 0xff;) {
    const marker = jpeg[at + 1];
    const length = view.getUint16(at + 2);
    if (marker === startOfScan) return undefined;
    if (marker === quantisationTables) {
      const table = readTables(view, at + 4, Math.min(at + 2 + length, jpeg.byteLength));
      if (table !== undefined) return table;
    }
    at += 2 + length;
  }
  return undefined;
}

function readTables(view: DataView, from: number, end: number): number[] | undefined {
  for (let at = from; at < end;) {
    const kind = view.getUint8(at);
    const wide = kind >> 4 === 1;
    const next = at + 1 + 64 * (wide ? 2 : 1);
    if (next > end) return undefined;
    if ((kind & 15) === 0) {
      return Array.from({ length: 64 }, (_, step) =>
        wide ? view.getUint16(at + 1 + 2 * step) : view.getUint8(at + 1 + step),
      );
    }
    at = next;
  }
  return undefined;
}
