import { MillraceError } from '../../contract/errors.ts';
import { sniffFormat } from '../../contract/sniff.ts';
import type { Codecs } from '../codecs.ts';
import { probeJxl } from './jxl.ts';
import { extractMetadata } from './metadata/extract.ts';
import { readPngChunks } from './png-chunks.ts';
import { colourName, modelOf, type Header } from './header.ts';
import { damaged } from './damage.ts';

/**
 * Reads the header and no pixels.
 *
 * @throws MillraceError `empty-file`, `not-an-image`, `unsupported-format`, `damaged-image`
 */
export async function probe(bytes: Uint8Array, name: string, { sharp }: Codecs): Promise<Header> {
  if (bytes.byteLength === 0) {
    throw new MillraceError('empty-file', `${name} is empty. Copy it again from where it came.`);
  }
  const format = sniffFormat(bytes);
  if (format === undefined) {
    throw new MillraceError(
      'not-an-image',
      `${name} is not an image that Millrace can read. Remove it from the batch.`,
    );
  }
  if (format === 'jxl') return probeJxl(bytes, name);
  try {
    const header = await sharp(bytes, { limitInputPixels: false, unlimited: true }).metadata();
    if (format === 'heic' && header.compression !== 'hevc') {
      throw new MillraceError(
        'unsupported-format',
        `${name} is a HEIF file of a kind Millrace cannot read. Convert it to JPEG where it was made.`,
      );
    }
    const metadata = extractMetadata(header);
    const animated = format === 'gif' || format === 'webp';
    const turned = (header.orientation ?? 1) >= 5;
    const height = header.pageHeight ?? header.height;
    const model = modelOf(header.space);
    return {
      format,
      width: turned ? height : header.width,
      height: turned ? header.width : height,
      frames: animated ? (header.pages ?? 1) : format === 'png' ? apngFrames(bytes) : 1,
      bitDepth: bitDepthOf(header.depth, header.bitsPerSample),
      transparency: header.hasAlpha,
      model,
      colour: colourName(model, metadata.icc),
      orientation: header.orientation ?? 1,
      gainMap: 'gainMap' in header && header.gainMap !== undefined,
      delays: header.delay,
      loop: header.loop,
      metadata,
    };
  } catch (error) {
    throw error instanceof MillraceError ? error : damaged(name, error);
  }
}

function bitDepthOf(depth: string, bitsPerSample: number | undefined): number {
  if (depth === 'ushort' || depth === 'short') return 16;
  if (depth === 'float' || depth === 'uint' || depth === 'int') return 32;
  return bitsPerSample ?? 8;
}

/** Frames of an animated PNG, by its acTL chunk; 1 for one that does not move. */
function apngFrames(bytes: Uint8Array): number {
  for (const { type, data } of readPngChunks(bytes)) {
    if (type === 'IDAT') return 1;
    if (type === 'acTL' && data.byteLength >= 4) {
      return Math.max(1, new DataView(data.buffer, data.byteOffset).getUint32(0));
    }
  }
  return 1;
}
