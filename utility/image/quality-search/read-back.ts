import type { OutputFormat } from '../../../contract/formats.ts';
import type { Codecs } from '../../codecs.ts';
import { convertToSrgb, toEightBits } from '../colour.ts';
import { decodeJxl, probeJxl } from '../jxl.ts';
import { readRaw, type Pixels } from '../pixels.ts';

/** What is shown of pixels: 8 bits of sRGB. The measure compares what people see. */
export async function asShown(pixels: Pixels, codecs: Codecs): Promise<Pixels> {
  const shown = pixels.icc === undefined ? pixels : await convertToSrgb(pixels, codecs);
  return toEightBits(shown);
}

/**
 * The pixels of a file that was encoded from others a moment ago, one frame, as they are shown.
 *
 * @param original what was encoded: the file's numbers mean what these mean
 */
export async function readBack(
  bytes: Uint8Array,
  to: OutputFormat,
  original: Pixels,
  codecs: Codecs,
): Promise<Pixels> {
  const { width, height, channels, icc } = original;
  const meaning = icc === undefined ? {} : { icc };
  if (to === 'jxl') {
    const name = 'the output';
    const decoded = await decodeJxl(bytes, await probeJxl(bytes, name), false, name);
    return asShown({ ...decoded, ...meaning }, codecs);
  }
  const image = codecs.sharp(bytes, {
    failOn: 'truncated',
    limitInputPixels: false,
    unlimited: true,
    sequentialRead: true,
    ignoreIcc: true,
  });
  // GIF always has opacity, in use or not.
  if (channels !== 4) image.removeAlpha();
  const raw = await readRaw(image, 8, channels === 1 ? 'grey' : 'rgb');
  return asShown(
    { data: raw.data, channels: raw.channels, width, height, frames: 1, bitDepth: 8, ...meaning },
    codecs,
  );
}
