import { trimProfile } from '../icc.ts';
import { iptcFromPhotoshop } from './iptc.ts';
import type { Metadata } from './metadata.ts';

/** `Exif\0\0`, as JPEG's APP1 (and libvips, whatever the container) puts it before the TIFF structure. */
const exifPrefix = Uint8Array.of(0x45, 0x78, 0x69, 0x66, 0, 0);

/**
 * Brings the blocks that `sharp.metadata()` hands out into one shape. Empty blocks are left out. Of Photoshop's
 * resources (APP13) the IPTC records are taken; its previews, paths and print settings are not.
 */
export function extractMetadata(header: {
  readonly exif?: Uint8Array | undefined;
  readonly xmp?: Uint8Array | undefined;
  readonly iptc?: Uint8Array | undefined;
  readonly icc?: Uint8Array | undefined;
}): Metadata {
  const exif = header.exif === undefined ? undefined : withoutPrefix(header.exif);
  const xmp = header.xmp === undefined ? undefined : withoutTerminator(header.xmp);
  const iptc = header.iptc === undefined ? undefined : iptcFromPhotoshop(header.iptc);
  return {
    ...(isPresent(exif) ? { exif } : {}),
    ...(isPresent(xmp) ? { xmp } : {}),
    ...(isPresent(iptc) ? { iptc } : {}),
    ...(isPresent(header.icc) ? { icc: trimProfile(header.icc) } : {}),
  };
}

/** Some writers prefix twice. */
function withoutPrefix(exif: Uint8Array): Uint8Array {
  let rest = exif;
  while (exifPrefix.every((byte, index) => rest[index] === byte)) rest = rest.subarray(exifPrefix.length);
  return rest;
}

/** Some writers end the packet like a C string; PNG's text cannot hold the zero bytes. */
function withoutTerminator(xmp: Uint8Array): Uint8Array {
  return xmp.subarray(0, xmp.findLastIndex((byte) => byte !== 0) + 1);
}

function isPresent(block: Uint8Array | undefined): block is Uint8Array {
  return block !== undefined && block.length > 0;
}
