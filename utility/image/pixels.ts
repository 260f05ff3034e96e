import type { Sharp } from 'sharp';

/** A decoded picture: what every decoder hands over and every encoder takes. */
export interface Pixels {
  /** Interleaved samples, row by row, frame below frame; not premultiplied. */
  readonly data: Uint8Array | Uint16Array;
  readonly width: number;
  /** Of one frame. */
  readonly height: number;
  readonly frames: number;
  /** Grey, RGB, RGBA. Grey with transparency is RGBA of equal numbers. */
  readonly channels: 1 | 3 | 4;
  readonly bitDepth: 8 | 16;
  /** The profile of the numbers; sRGB when absent. */
  readonly icc?: Uint8Array;
  /** How long each frame stands, milliseconds. */
  readonly delays?: readonly number[];
  /** How often it plays; 0 is forever. */
  readonly loop?: number;
}

export function hasAlpha(pixels: Pixels): boolean {
  return pixels.channels === 4;
}

/**
 * Whether nothing shows through anywhere.
 *
 * @param slack of 255: what still passes for opaque lacks no more than this
 */
export function isOpaque({ data, channels, bitDepth }: Pixels, slack = 0): boolean {
  if (channels !== 4) return true;
  const least = (255 - slack) * (bitDepth === 16 ? 257 : 1);
  for (let at = 3; at < data.length; at += 4) if ((data[at] ?? 0) < least) return false;
  return true;
}

/** As sharp wants to be told of raw pixels. */
export function rawOptions(pixels: Pixels): {
  raw: { width: number; height: number; channels: 1 | 3 | 4; pageHeight?: number };
  limitInputPixels: false;
} {
  const { width, height, frames, channels } = pixels;
  return {
    raw: { width, height: height * frames, channels, ...(frames > 1 ? { pageHeight: height } : {}) },
    limitInputPixels: false,
  };
}

export type RawPixels = Pick<Pixels, 'data' | 'channels' | 'bitDepth'> & { width: number; rows: number };

/**
 * Runs a pipeline and hands over its numbers, `rows` being those of all frames together.
 *
 * @param grey one channel is wanted; where there is transparency besides, the numbers come as RGBA
 */
export async function readRaw(image: Sharp, bitDepth: 8 | 16, model: 'grey' | 'rgb'): Promise<RawPixels> {
  const deep = bitDepth === 16;
  if (model === 'grey') image.toColourspace(deep ? 'grey16' : 'b-w');
  else if (deep) image.toColourspace('rgb16');
  const { data, info } = await image
    .raw({ depth: deep ? 'ushort' : 'uchar' })
    .toBuffer({ resolveWithObject: true });
  const { width, height: rows, channels } = info;
  if (channels === 2) throw new Error('grey with transparency is read as RGB');
  return {
    data: deep ? new Uint16Array(data.buffer, data.byteOffset, data.byteLength / 2) : data,
    width,
    rows,
    channels,
    bitDepth,
  };
}
