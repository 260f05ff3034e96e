import { MillraceError } from '../../contract/errors.ts';
import type { InputFormat } from '../../contract/formats.ts';
import { sniffFormat } from '../../contract/sniff.ts';
import type { Codecs } from '../codecs.ts';
import { readColourSignal } from './colour-signals.ts';
import { damaged } from './damage.ts';
import { colourName, modelOf, type Header } from './header.ts';
import { describes, isSrgb } from './icc.ts';
import { probeJxl } from './jxl.ts';
import { readComments } from './metadata/comments.ts';
import { extractMetadata } from './metadata/extract.ts';
import { readPngChunks } from './png-chunks.ts';
import { readWebpHeader, type ContainerHeader } from './webp-header.ts';

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
  const webp = format === 'webp' ? readWebpHeader(bytes) : undefined;
  if (webp !== undefined) return fromContainer(webp, format, bytes);
  const header = await sharp(bytes, { limitInputPixels: false, unlimited: true })
    .metadata()
    .catch((error: unknown) => {
      throw unreadable(name, error);
    });
  if (format === 'heic' && header.compression !== 'hevc') {
    throw new MillraceError(
      'unsupported-format',
      `${name} is a HEIF file of a kind Millrace cannot read. Convert it to JPEG where it was made.`,
    );
  }
  return fromContainer(header, format, bytes);
}

/** libvips 8.18 takes TIFFs of 8-bit Lab for something of its own, and then refuses what it has made of them. */
function unreadable(name: string, error: unknown): MillraceError {
  if (!String(error).includes('bad labq format')) return damaged(name, error);
  return new MillraceError(
    'unsupported-format',
    `${name} has Lab colours of 8 bits, which Millrace cannot read. Save it with 16 bits or as RGB.`,
    { cause: error },
  );
}

function fromContainer(header: ContainerHeader, format: InputFormat, bytes: Uint8Array): Header {
  const comments = readComments(bytes, format);
  const extracted = extractMetadata(header);
  const orientation = header.orientation ?? 1;
  const height = header.pageHeight ?? header.height;
  const model = modelOf(header.space);
  const said = readColourSignal(bytes, format, model);
  const heeded = said !== undefined && (extracted.icc === undefined || said.outranks) ? said : undefined;
  const icc = heeded?.profile ?? extracted.icc;
  const profile = icc !== undefined && describes(icc, model) ? icc : undefined;
  const metadata = {
    ...extracted,
    ...(icc === undefined ? {} : { icc }),
    ...(comments === undefined ? {} : { comments }),
  };
  return {
    format,
    width: orientation >= 5 ? height : header.width,
    height: orientation >= 5 ? header.width : height,
    frames: format === 'png' ? apngFrames(bytes) : (header.pages ?? 1),
    bitDepth: bitDepthOf(header),
    transparency: header.hasAlpha,
    model,
    ...(profile === undefined || isSrgb(profile) ? {} : { profile }),
    colour: colourName(model, profile),
    orientation,
    ...(heeded !== undefined && heeded.profile === undefined ? { unheeded: heeded.name } : {}),
    gainMap: header.gainMap !== undefined || (format === 'heic' && hasAppleGainMap(bytes)),
    ...(header.delay === undefined ? {} : { delays: header.delay }),
    ...(header.loop === undefined ? {} : { loop: header.loop }),
    metadata,
  };
}

function bitDepthOf({ depth, bitsPerSample }: ContainerHeader): number {
  if (depth === 'ushort' || depth === 'short') return bitsPerSample ?? 16;
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

/** How far into a HEIC its table of contents may reach. */
const contentsLength = 65_536;

/** The brighter version that iPhones add, as the auxiliary picture's type says. */
function hasAppleGainMap(bytes: Uint8Array): boolean {
  return Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.byteLength, contentsLength)).includes(
    'urn:com:apple:photo:2020:aux:hdrgainmap',
  );
}
