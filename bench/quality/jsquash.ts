import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import encodeAvif, { init as initAvif } from '@jsquash/avif/encode.js';
import encodeJpeg, { init as initJpeg } from '@jsquash/jpeg/encode.js';
import encodeJxl, { init as initJxl } from '@jsquash/jxl/encode.js';
import encodeWebp, { init as initWebp } from '@jsquash/webp/encode.js';

/** What a canvas would hand over. */
interface CanvasPixels {
  readonly data: Uint8ClampedArray;
  readonly width: number;
  readonly height: number;
  readonly colorSpace: 'srgb';
}

interface Options {
  readonly quality?: number;
}

const require = createRequire(import.meta.url);

async function start(
  init: (options: { wasmBinary: ArrayBuffer }) => Promise<unknown>,
  path: string,
): Promise<unknown> {
  const { buffer, byteOffset, byteLength } = await readFile(require.resolve(path));
  return init({ wasmBinary: buffer.slice(byteOffset, byteOffset + byteLength) });
}

/** Squoosh's codecs, which expect to be fetched by a page, given their WebAssembly by hand. */
const codecs = {
  avif: {
    encode: (image: CanvasPixels, options: Options) => encodeAvif(image, options),
    ready: start(initAvif, '@jsquash/avif/codec/enc/avif_enc.wasm'),
  },
  jpeg: {
    encode: (image: CanvasPixels, options: Options) => encodeJpeg(image, options),
    ready: start(initJpeg, '@jsquash/jpeg/codec/enc/mozjpeg_enc.wasm'),
  },
  jxl: {
    encode: (image: CanvasPixels, options: Options) => encodeJxl(image, options),
    ready: start(initJxl, '@jsquash/jxl/codec/enc/jxl_enc.wasm'),
  },
  webp: {
    encode: (image: CanvasPixels, options: Options) => encodeWebp(image, options),
    ready: start(initWebp, '@jsquash/webp/codec/enc/webp_enc_simd.wasm'),
  },
};

export async function encodeWithJsquash(
  format: keyof typeof codecs,
  rgba: Buffer,
  { width, height }: { readonly width: number; readonly height: number },
  options: Options,
): Promise<Uint8Array> {
  const { encode, ready } = codecs[format];
  await ready;
  const data = new Uint8ClampedArray(rgba.buffer, rgba.byteOffset, rgba.byteLength);
  return new Uint8Array(await encode({ data, width, height, colorSpace: 'srgb' }, options));
}
