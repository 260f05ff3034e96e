import { damaged } from './damage.ts';
import type { Header } from './header.ts';
import type { Pixels } from './pixels.ts';

/**
 * Decodes the primary picture of a HEIC or HEIF file to 8 bits. libheif applies the file's own rotation and mirroring,
 * so the result is upright and EXIF's orientation, which repeats it, must not be applied again (ISO 23008-12, 6.5.10).
 */
export async function decodeHeic(bytes: Uint8Array, { profile }: Header, name: string): Promise<Pixels> {
  const { default: libheif } = await import('libheif-js/wasm-bundle.js');
  const images = new libheif.HeifDecoder().decode(bytes);
  const image = images.find((candidate) => candidate.is_primary()) ?? images[0];
  if (image === undefined) throw damaged(name, 'no picture in it');
  try {
    const width = image.get_width();
    const height = image.get_height();
    const rgba = new Uint8ClampedArray(width * height * 4);
    const shown = await new Promise((resolve) => {
      image.display({ data: rgba, width, height }, resolve);
    });
    if (shown === null) throw damaged(name, 'libheif could not decode it');
    const picture = { width, height, frames: 1, bitDepth: 8 } as const;
    return {
      ...picture,
      ...(image.has_alpha_channel()
        ? { data: new Uint8Array(rgba.buffer), channels: 4 }
        : { data: withoutAlpha(rgba), channels: 3 }),
      ...(profile === undefined ? {} : { icc: profile }),
    };
  } finally {
    for (const each of images) each.free();
  }
}

function withoutAlpha(rgba: Uint8ClampedArray): Uint8Array {
  const rgb = new Uint8Array((rgba.length / 4) * 3);
  for (let from = 0, to = 0; from < rgba.length; from += 4, to += 3) {
    rgb[to] = rgba[from] ?? 0;
    rgb[to + 1] = rgba[from + 1] ?? 0;
    rgb[to + 2] = rgba[from + 2] ?? 0;
  }
  return rgb;
}
