import { MillraceError } from '../../../contract/errors.ts';
import { pngSignature, readPngChunks, writePngChunk, type PngChunk } from '../png-chunks.ts';
import { zlib } from '../zlib.ts';
import { xmpKeyword } from './comments.ts';
import type { Metadata } from './metadata.ts';

/**
 * Right behind IHDR, where every one of them may stand: iCCP, eXIf, XMP in iTXt, other text. W3C PNG third edition 11.3,
 * XMP part 3 1.1.5.
 */
export function embedInPng(bytes: Uint8Array, metadata: Metadata): Uint8Array {
  const [header, ...rest] = readPngChunks(bytes);
  if (header?.type !== 'IHDR' || rest.at(-1)?.type !== 'IEND')
    throw new MillraceError('encode-failed', 'Metadata could not be added: the encoded file is not a PNG.');
  return Buffer.concat([
    pngSignature,
    header.whole,
    ...(metadata.icc === undefined ? [] : [writePngChunk('iCCP', profileData(metadata.icc))]),
    ...(metadata.exif === undefined ? [] : [writePngChunk('eXIf', metadata.exif)]),
    ...(metadata.xmp === undefined ? [] : [writePngChunk('iTXt', xmpData(metadata.xmp))]),
    ...(metadata.comments?.parts ?? []).map(({ whole }) => whole),
    ...rest.filter((chunk) => !isReplaced(chunk, metadata.icc !== undefined)).map(({ whole }) => whole),
  ]);
}

/** Every way to say what is said anew. A profile stands alone: cICP would outrank it, sRGB contradict it. */
function isReplaced({ type }: PngChunk, iccToo: boolean): boolean {
  if (['eXIf', 'iTXt', 'tEXt', 'zTXt', 'tIME'].includes(type)) return true;
  return iccToo && ['iCCP', 'sRGB', 'gAMA', 'cHRM', 'cICP'].includes(type);
}

/** Name, compression method 0, deflated profile. */
function profileData(icc: Uint8Array): Uint8Array {
  return Buffer.concat([Buffer.from('ICC profile\0\0', 'latin1'), zlib().deflateSync(icc)]);
}

/** Keyword, not compressed (so that readers which search for the packet find it), no language, no translation. */
function xmpData(xmp: Uint8Array): Uint8Array {
  return Buffer.concat([Buffer.from(`${xmpKeyword}\0\0\0\0\0`, 'latin1'), xmp]);
}
