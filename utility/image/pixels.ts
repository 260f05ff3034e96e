/** A decoded picture: what every decoder hands over and every encoder takes. */
export interface Pixels {
  /** Interleaved samples, row by row, frame below frame; not premultiplied. */
  readonly data: Uint8Array | Uint16Array;
  readonly width: number;
  /** Of one frame. */
  readonly height: number;
  readonly frames: number;
  /** Grey, grey and alpha, RGB, RGBA. */
  readonly channels: 1 | 2 | 3 | 4;
  readonly bitDepth: 8 | 16;
  /** The profile of the numbers; sRGB when absent. */
  readonly icc?: Uint8Array;
  /** How long each frame stands, milliseconds. */
  readonly delays?: readonly number[];
  /** How often it plays; 0 is forever. */
  readonly loop?: number;
}

export function hasAlpha(pixels: Pixels): boolean {
  return pixels.channels === 2 || pixels.channels === 4;
}

/** As sharp wants to be told of raw pixels. */
export function rawOptions(pixels: Pixels): {
  raw: { width: number; height: number; channels: 1 | 2 | 3 | 4; pageHeight?: number };
  limitInputPixels: false;
} {
  const { width, height, frames, channels } = pixels;
  return {
    raw: { width, height: height * frames, channels, ...(frames > 1 ? { pageHeight: height } : {}) },
    limitInputPixels: false,
  };
}
