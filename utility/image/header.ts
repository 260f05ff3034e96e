import { formatTraits, type InputFormat, type OutputFormat } from '../../contract/formats.ts';
import { profileName, type ColourModel } from './icc.ts';
import type { Metadata } from './metadata/metadata.ts';

/** What the header of a source tells. */
export interface Header {
  readonly format: InputFormat;
  /** Of one frame, upright, pixels. */
  readonly width: number;
  readonly height: number;
  /** Frames of an animation, pages of a TIFF, pictures of a HEIC burst. */
  readonly frames: number;
  /** Bits per channel. */
  readonly bitDepth: number;
  readonly transparency: boolean;
  readonly model: ColourModel;
  /** What the numbers mean. Absent for sRGB, and where the file's profile is damaged or describes another model. */
  readonly profile?: Uint8Array;
  /** As a person calls it: `sRGB`, `Display P3`, `CMYK`, ... */
  readonly colour: string;
  /** What the file says of its colours that nothing here can honour, as the brightness of HDR. */
  readonly unheeded?: string;
  /** EXIF orientation, 1 to 8; 1 is upright. */
  readonly orientation: number;
  readonly gainMap: boolean;
  readonly delays?: readonly number[];
  readonly loop?: number;
  /** As the file has it, whatever it is worth; the profile may be one that means what the file says in other words. */
  readonly metadata: Metadata;
}

/** @param space what libvips calls the interpretation of an image */
export function modelOf(space: string): ColourModel {
  if (space === 'cmyk') return 'cmyk';
  if (space === 'lab' || space === 'labs' || space === 'labq') return 'lab';
  return space === 'b-w' || space === 'grey16' || space === 'multiband' ? 'grey' : 'rgb';
}

export function colourName(model: ColourModel, profile: Uint8Array | undefined): string {
  const name = profile === undefined ? undefined : profileName(profile);
  if (model === 'cmyk') return name === undefined ? 'CMYK' : `CMYK (${name})`;
  if (model === 'lab') return 'Lab';
  return name ?? (model === 'grey' ? 'grey' : profile === undefined ? 'sRGB' : 'RGB with a nameless profile');
}

/** Frames that follow each other in time, in a format that means them so. */
export function moves(header: Header): boolean {
  return header.frames > 1 && ['gif', 'webp', 'png', 'jxl'].includes(header.format);
}

/** Whether a file of this format would have one of several frames or pages. */
export function losesFrames(header: Header, to: OutputFormat): boolean {
  return header.frames > 1 && !(moves(header) && formatTraits[to].animation);
}

/** `3 frames`, `3 pages` of a TIFF, `3 pictures` of a HEIC burst. */
export function countedFrames(header: Header): string {
  const kind = moves(header) ? 'frames' : header.format === 'tiff' ? 'pages' : 'pictures';
  return `${String(header.frames)} ${kind}`;
}
