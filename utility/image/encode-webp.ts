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
  if (channels === 3 && data.length > maxPixmapBytes) return undefined;
  const { Transformer } = await import('@napi-rs/image');
  const picture =
    channels === 4
      ? Transformer.fromRgbaPixels(data, width, height)
      : new Transformer(pixmap(data, width, height));
  return picture.webp(quality);
}

/** What it reads is refused where it would take more than half a gigabyte. */
const maxPixmapBytes = 500 * 2 ** 20;

/** Numbers without an opacity are taken as a file alone: a portable pixmap is a line of text and then the numbers. */
function pixmap(data: Uint8Array, width: number, height: number): Uint8Array {
  return Buffer.concat([Buffer.from(`P6 ${String(width)} ${String(height)} 255\n`), data]);
}
