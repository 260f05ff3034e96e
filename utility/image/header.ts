import type { InputFormat } from '../../contract/formats.ts';
import { profileName } from './icc.ts';
import type { Metadata } from './metadata/metadata.ts';

/** What the header of a source tells. */
export interface Header {
  readonly format: InputFormat;
  /** Of one frame, upright, pixels. */
  readonly width: number;
  readonly height: number;
  readonly frames: number;
  /** Bits per channel. */
  readonly bitDepth: number;
  readonly transparency: boolean;
  readonly model: 'grey' | 'rgb' | 'cmyk' | 'lab';
  /** As a person calls it: `sRGB`, `Display P3`, `CMYK`, ... */
  readonly colour: string;
  /** EXIF orientation; 1 is upright. */
  readonly orientation: number;
  readonly gainMap: boolean;
  readonly delays: readonly number[] | undefined;
  readonly loop: number | undefined;
  readonly metadata: Metadata;
}

/** @param space what libvips calls the interpretation of an image */
export function modelOf(space: string): Header['model'] {
  if (space === 'cmyk') return 'cmyk';
  if (space === 'lab' || space === 'labs' || space === 'labq') return 'lab';
  return space === 'b-w' || space === 'grey16' || space === 'multiband' ? 'grey' : 'rgb';
}

export function colourName(model: Header['model'], icc: Uint8Array | undefined): string {
  const name = icc === undefined ? undefined : profileName(icc);
  if (model === 'cmyk') return name === undefined ? 'CMYK' : `CMYK (${name})`;
  if (model === 'lab') return 'Lab';
  return name ?? (model === 'grey' ? 'grey' : 'sRGB');
}
