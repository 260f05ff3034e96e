import { MillraceError } from '../../../contract/errors.ts';
import { readWebpChunks, webpCanvas, webpFlags, type WebpChunk } from '../webp-chunks.ts';
import { viewOf } from './exif-structure.ts';
import type { Metadata } from './metadata.ts';

/** The extended format in its prescribed order: VP8X, ICCP, the picture or the animation, EXIF, XMP. */
export function embedInWebp(bytes: Uint8Array, metadata: Metadata): Uint8Array {
  const chunks = readWebpChunks(bytes);
  if (chunks === undefined) throw notAWebp();
  const icc = metadata.icc ?? chunks.find(({ type }) => type === 'ICCP')?.data;
  const picture = chunks.filter(({ type }) => !['VP8X', 'ICCP', 'EXIF', 'XMP '].includes(type));
  const header = new Uint8Array(chunks.find(({ type }) => type === 'VP8X')?.data ?? describe(picture));
  header[0] =
    ((header[0] ?? 0) & ~(webpFlags.icc | webpFlags.exif | webpFlags.xmp)) |
    (icc === undefined ? 0 : webpFlags.icc) |
    (metadata.exif === undefined ? 0 : webpFlags.exif) |
    (metadata.xmp === undefined ? 0 : webpFlags.xmp);
  // A picture that needs nothing of the extended format is left in the simple one.
  const simple = header[0] === 0 || (header[0] === webpFlags.alpha && picture[0]?.type === 'VP8L');
  return writeChunks([
    ...(simple ? [] : [{ type: 'VP8X', data: header }]),
    ...(icc === undefined ? [] : [{ type: 'ICCP', data: icc }]),
    ...picture,
    ...(metadata.exif === undefined ? [] : [{ type: 'EXIF', data: metadata.exif }]),
    ...(metadata.xmp === undefined ? [] : [{ type: 'XMP ', data: metadata.xmp }]),
  ]);
}

function writeChunks(chunks: readonly WebpChunk[]): Uint8Array {
  const parts = chunks.flatMap(({ type, data }) => {
    const head = new Uint8Array(8);
    head.set(new TextEncoder().encode(type));
    viewOf(head).setUint32(4, data.length, true);
    return data.length % 2 === 0 ? [head, data] : [head, data, Uint8Array.of(0)];
  });
  const head = new Uint8Array(12);
  head.set(new TextEncoder().encode('RIFF'));
  head.set(new TextEncoder().encode('WEBP'), 8);
  const file = Buffer.concat([head, ...parts]);
  viewOf(file).setUint32(4, file.length - 8, true);
  return file;
}

/** The VP8X chunk of a picture in the simple format. */
function describe(picture: readonly WebpChunk[]): Uint8Array {
  const canvas = webpCanvas(picture);
  if (canvas === undefined) throw notAWebp();
  const data = new Uint8Array(10);
  const view = viewOf(data);
  view.setUint32(4, canvas.width - 1, true); // 24 bits; the byte beyond is overwritten with the height's first
  view.setUint16(7, (canvas.height - 1) & 0xffff, true);
  view.setUint8(9, (canvas.height - 1) >> 16);
  view.setUint8(0, canvas.transparency ? webpFlags.alpha : 0);
  return data;
}

function notAWebp(): MillraceError {
  return new MillraceError('encode-failed', 'Metadata could not be added: the encoded file is not a WebP.');
}
