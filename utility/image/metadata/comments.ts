import type { InputFormat, OutputFormat } from '../../../contract/formats.ts';
import { hasGifComment } from '../gif-blocks.ts';
import { readPngChunks, type PngChunk } from '../png-chunks.ts';
import { iptcFromPhotoshop } from './iptc.ts';
import { isKnownSegment, readJpegSegments, type JpegSegment } from './jpeg-segments.ts';

/**
 * What lies beside a picture in its container's own way: text and times of a PNG, comments of JPEG and GIF, segments of a
 * JPEG that certain programs put there. Only a file of the same format can hold it.
 */
export interface Comments {
  readonly format: InputFormat;
  readonly parts: readonly Comment[];
}

export interface Comment {
  /** The chunk or segment as it lies in the file. */
  readonly whole: Uint8Array;
  /**
   * `essential` tells whose the picture is or when it was made, `text` anything else. What is `foreign` may speak of the
   * very file it was in, so no other gets it.
   */
  readonly kind: 'essential' | 'text' | 'foreign';
}

export const xmpKeyword = 'XML:com.adobe.xmp';

/** W3C PNG third edition, 11.3.3.2: keywords that tell who and when. */
const essentialKeywords = new Set(['Author', 'Copyright', 'Creation Time']);

/** Undefined where there are none. Never throws: what is damaged ends the search. */
export function readComments(bytes: Uint8Array, format: InputFormat): Comments | undefined {
  const parts = [...partsOf(bytes, format)];
  return parts.length > 0 ? { format, parts } : undefined;
}

/** Those that a file of this format can hold, or the essential ones of them; undefined where none are left. */
export function carriedComments(
  { format, parts }: Comments,
  to: OutputFormat,
  essentialOnly: boolean,
): Comments | undefined {
  const carried = parts.filter(
    ({ kind }) => format === to && (kind === 'essential' || (kind === 'text' && !essentialOnly)),
  );
  return carried.length > 0 ? { format, parts: carried } : undefined;
}

function* partsOf(bytes: Uint8Array, format: InputFormat): Generator<Comment> {
  if (format === 'png') {
    for (const chunk of readPngChunks(bytes)) {
      const kind = kindOfChunk(chunk);
      if (kind !== undefined) yield { whole: chunk.whole, kind };
    }
  } else if (format === 'jpeg') {
    for (const segment of readJpegSegments(bytes).segments) {
      const kind = kindOfSegment(segment);
      if (kind !== undefined) yield { whole: segment.whole, kind };
    }
  } else if (format === 'gif' && hasGifComment(bytes)) {
    yield { whole: bytes.subarray(0, 0), kind: 'foreign' };
  }
}

function kindOfChunk({ type, data }: PngChunk): Comment['kind'] | undefined {
  if (type === 'tIME') return 'essential';
  if (type !== 'tEXt' && type !== 'zTXt' && type !== 'iTXt') return undefined;
  const keyword = String.fromCharCode(...data.subarray(0, 80)).split('\0', 1)[0] ?? '';
  if (keyword === xmpKeyword) return undefined;
  if (essentialKeywords.has(keyword)) return 'essential';
  // ImageMagick's way to put EXIF, XMP and IPTC into a PNG.
  return keyword.startsWith('Raw profile type ') ? 'foreign' : 'text';
}

function kindOfSegment(segment: JpegSegment): Comment['kind'] | undefined {
  const { marker, payload } = segment;
  if (marker === 0xfe) return 'text';
  if (marker < 0xe0 || marker > 0xef) return undefined;
  // Photoshop's resources without IPTC among them: previews, paths, settings for printing.
  if (marker === 0xed) return iptcFromPhotoshop(payload) === undefined ? 'foreign' : undefined;
  return isKnownSegment(segment) ? undefined : 'foreign';
}
