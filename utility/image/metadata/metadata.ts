import type { Comments } from './comments.ts';

/**
 * What travels beside the pixels, each block as its own specification has it.
 *
 * `exif` is the TIFF structure without the `Exif\0\0` that JPEG puts before it; `xmp` the packet; `iptc` the IIM
 * records without Photoshop's resource block around them; `icc` the profile (colour, not metadata: no policy
 * touches it).
 */
export interface Metadata {
  readonly exif?: Uint8Array;
  readonly xmp?: Uint8Array;
  readonly iptc?: Uint8Array;
  readonly icc?: Uint8Array;
  readonly comments?: Comments;
}

/** What the recipe says about metadata. */
export interface MetadataPolicy {
  readonly metadata: 'keep' | 'copyright' | 'strip';
  readonly gps: 'keep' | 'strip';
}
