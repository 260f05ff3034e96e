import type { Codecs } from '../codecs.ts';
import type { Pixels } from './pixels.ts';

/** Formats whose colours are chosen for each picture. */
export type PaletteFormat = 'png' | 'gif';

/**
 * Bytes of WebAssembly's 2 GB: for each pixel of all frames (the encoder's copy, and what comes out of it), and for each of
 * the frame that is being worked on besides. Measured with 2 to 300 megapixels. It must not come to the end of them: GLib
 * inside of it ends the process then.
 */
const bytesForAll = 6;
const bytesForFrame: Readonly<Record<PaletteFormat, number>> = { png: 4, gif: 11 };

/** A worker that has had large pictures has its memory in pieces. */
const room = 1.6e9;

/**
 * The build of sharp that chooses the colours of a picture: WebAssembly's, which chooses the same ones everywhere. What is
 * too large for it, 160 megapixels as PNG and 94 as GIF, goes through the native build where that does the work.
 *
 * @throws RangeError for such a picture where there is no native build: no other bytes than elsewhere are made of it
 */
export function paletteBuild(
  { width, height, frames }: Pick<Pixels, 'width' | 'height' | 'frames'>,
  to: PaletteFormat,
  codecs: Codecs,
): Codecs['sharp'] {
  const pixels = width * height;
  if (pixels * (frames * bytesForAll + bytesForFrame[to]) <= room) return codecs.paletteSharp();
  if (codecs.build === 'native') return codecs.sharp;
  throw new RangeError('choosing its colours takes more memory than WebAssembly can have');
}
