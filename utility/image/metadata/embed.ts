import { embedInJpeg } from './embed-jpeg.ts';
import { embedInPng } from './embed-png.ts';
import { embedInWebp } from './embed-webp.ts';
import type { Metadata } from './metadata.ts';

/** Containers that metadata can be spliced into after encoding. */
export type SpliceableFormat = 'jpeg' | 'png' | 'webp';

/**
 * Puts metadata into an encoded file without touching its pixels and gives the new file.
 *
 * Afterwards the file has exactly the EXIF, XMP, IPTC and comments that were given: what was there is replaced, a block
 * that is absent is removed (PNG and WebP have no place for IPTC). The profile is colour: a given `icc` replaces what
 * there is, an absent one leaves the encoder's own alone.
 *
 * @throws MillraceError `encode-failed` when the file is not what `format` says or a block does not fit into it
 *   (`applyPolicy` never hands out one that does not).
 */
export function embedMetadata(bytes: Uint8Array, format: SpliceableFormat, metadata: Metadata): Uint8Array {
  switch (format) {
    case 'jpeg':
      return embedInJpeg(bytes, metadata);
    case 'png':
      return embedInPng(bytes, metadata);
    case 'webp':
      return embedInWebp(bytes, metadata);
  }
}
