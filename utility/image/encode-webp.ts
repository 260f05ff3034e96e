import type { Settings } from './encode-settings.ts';
import type { Pixels } from './pixels.ts';

/** libwebp's own effort: its method 4. */
const defaultEffort = 4;

/**
 * A still picture as lossy WebP with nothing but a quality set; undefined where more is asked for, which sharp has to do.
 *
 * libwebp comes with sharp and with @napi-rs/image. The former passes on every option, the latter takes a quality only and
 * was compiled so that it needs a sixth less time. The bytes are the same, to the last one (`encode-webp.test.ts`).
 *
 * @throws Error as the encoder words it
 */
export async function encodePlainWebp(
  pixels: Pixels,
  { options }: Pick<Settings, 'options'>,
): Promise<Uint8Array | undefined> {
  const { quality, effort, ...more } = options;
  if (effort !== defaultEffort || typeof quality !== 'number' || Object.keys(more).length > 0)
    return undefined;
  const { data, width, height, frames, channels } = pixels;
  if (frames > 1 || channels === 1 || data instanceof Uint16Array) return undefined;
  const { Transformer } = await import('@napi-rs/image');
  const rgba = channels === 4 ? data : opaque(data);
  return Transformer.fromRgbaPixels(rgba, width, height).webp(quality);
}

/** RGB to RGBA, four pixels at a time: they are three words, and become four. */
function opaque(data: Uint8Array): Uint8Array {
  const { buffer, byteOffset } = data.byteOffset % 4 === 0 ? data : new Uint8Array(data);
  const count = data.length / 3;
  const whole = count - (count % 4);
  const rgba = Buffer.allocUnsafeSlow(count * 4);
  const from = new Uint32Array(buffer, byteOffset, (whole / 4) * 3);
  const to = new Uint32Array(rgba.buffer, 0, count);
  for (let at = 0, pixel = 0; pixel < whole; at += 3, pixel += 4) {
    const one = from[at] ?? 0;
    const two = from[at + 1] ?? 0;
    const three = from[at + 2] ?? 0;
    to[pixel] = one | full;
    to[pixel + 1] = (one >>> 24) | (two << 8) | full;
    to[pixel + 2] = (two >>> 16) | (three << 16) | full;
    to[pixel + 3] = (three >>> 8) | full;
  }
  for (let pixel = whole; pixel < count; pixel += 1) {
    rgba.set(data.subarray(3 * pixel, 3 * pixel + 3), 4 * pixel);
    rgba[4 * pixel + 3] = 255;
  }
  return rgba;
}

/** The opacity of a pixel in a word, in the order of bytes of all machines that Node and Electron run on. */
const full = 0xff000000;
