import type { OutputFormat } from '../../contract/formats.ts';
import type { Codecs } from '../codecs.ts';
import { blockMeans, enlarged, leastOpacity, spreadBlocks, type Samples } from './block-means.ts';
import type { Settings } from './encode-settings.ts';
import type { Header } from './header.ts';
import type { Pixels } from './pixels.ts';
import { verifyFailed } from './verify-failed.ts';
import { decodeWhole, lookAt, type Seen } from './written-pixels.ts';

export interface LikenessOptions {
  readonly to: OutputFormat;
  readonly settings: Settings;
  /** Every row is decoded, whatever it costs: for an output that will stand in the place of its original. */
  readonly whole: boolean;
}

/**
 * Decodes what was written and compares it with the pixels it was made from: every pixel where the encoding is lossless,
 * means of blocks elsewhere, which a loss of detail leaves as they are and a broken encoder does not.
 *
 * JPEG and WebP of more than a tenth of a megapixel are decoded at an eighth of their size, and of most of them only the
 * uppermost rows, one in 32: 1.3 to 1.6 % of the time of a hundred photographs, where all rows take 6 % as JPEG and 11 % as
 * WebP. A decoder of AVIF cannot stop in between, and takes a third of the job at effort `fast`: of large ones only the boxes
 * are looked at. One in 64 is decoded whole: an encoder that is broken is found by a few of its files. A file's own bytes
 * decide, so that the same picture is always treated alike.
 *
 * @param header of what was written
 * @throws MillraceError `verify-failed`
 */
export async function verifyLikeness(
  bytes: Uint8Array,
  header: Header,
  expected: Pixels,
  { to, settings, whole }: LikenessOptions,
  name: string,
  codecs: Codecs,
): Promise<void> {
  try {
    if (settings.lossless) {
      // Neighbouring frames that are equal may have been joined; then the first one stands for all.
      const frames = header.frames === expected.frames ? expected.frames : 1;
      const written = await decodeWhole(bytes, header, expected, codecs, frames);
      const length = (expected.data.length / expected.frames) * frames;
      if (!isSame(written, expected.data.subarray(0, length)))
        throw new Error('pixels changed that should not have');
      return;
    }
    const seen = await lookAt(bytes, header, expected, whole, codecs);
    if (seen === undefined) return;
    const { rms, contrast, blocks } = compare(seen, expected, to);
    const most = mostDifference(to, blocks, settings.quality) + contrast * contrastShare;
    if (rms <= most) return;
    throw new Error(
      `it does not look like its original: blocks differ by ${rms.toFixed(1)} where ${most.toFixed(1)} is plausible`,
    );
  } catch (error) {
    throw verifyFailed(name, to, error instanceof Error ? error.message : String(error));
  }
}

/**
 * What blocks may differ by, of 255 and as a root mean square: more than they do in any real picture, drawings in
 * saturated colours among them.
 *
 * @param blocks of few, one alone may be that far off
 */
function mostDifference(to: OutputFormat, blocks: number, quality = 80): number {
  const base = to === 'gif' || to === 'png' ? 8 : 5;
  const few = 1 / Math.sqrt(blocks);
  return base * (1 + 2 * few) + (Math.max(0, 60 - quality) / 4) * (1 + 5 * few);
}

/** Strong light and dark show a broken encoder by more than a lack of quality makes them differ. */
const contrastShare = 0.04;

export interface Difference {
  /** Of the means of blocks: root mean square of all channels, of 255. */
  readonly rms: number;
  /** Standard deviation of the expected means. */
  readonly contrast: number;
  readonly blocks: number;
}

/** An edge of 16 pixels of the picture, two of one that was reduced to an eighth. */
const blockPixels = 16;

export function compare(
  { samples, rows, across, down }: Seen,
  expected: Pixels,
  to: OutputFormat,
): Difference {
  const blocks = spreadBlocks(samples.width, rows, across === 1 ? blockPixels : 2);
  const is = blockMeans(samples, blocks);
  const originals = blocks.map((block) => enlarged(block, across, down));
  const should = blockMeans(expected, originals);
  // What is half transparent becomes either in a GIF, so that only what was opaque can be compared.
  const [channels, least, leastIs] = to === 'gif' ? [3, 250, 0] : [4, leastOpacity, leastOpacity];
  let [difference, counted, deviation] = [0, 0, 0];
  for (let channel = 0; channel < channels; channel += 1) {
    let [count, sum, squares] = [0, 0, 0];
    for (let at = 0; at < is.length; at += 4) {
      const opacity = should[at + 3] ?? 0;
      if (channel < 3 && (opacity < least || (is[at + 3] ?? 0) < leastIs)) continue;
      const value = should[at + channel] ?? 0;
      difference += ((is[at + channel] ?? 0) - value) ** 2;
      sum += value;
      squares += value ** 2;
      count += 1;
    }
    counted += count;
    if (count > 0) deviation += squares / count - (sum / count) ** 2;
  }
  return {
    rms: Math.sqrt(difference / (counted || 1)),
    contrast: Math.sqrt(Math.max(0, deviation) / channels),
    blocks: blocks.length,
  };
}

/** Equal numbers; of what cannot be seen, equal opacity is enough. */
function isSame({ data: is, channels }: Samples, should: Pixels['data']): boolean {
  if (bytesOf(is).equals(bytesOf(should))) return true;
  if (channels !== 4 || is.length !== should.length) return false;
  for (let at = 0; at < is.length; at += 4) {
    if (is[at + 3] !== should[at + 3]) return false;
    if (is[at + 3] === 0) continue;
    if (is[at] !== should[at] || is[at + 1] !== should[at + 1] || is[at + 2] !== should[at + 2]) return false;
  }
  return true;
}

function bytesOf(data: Pixels['data']): Buffer {
  return Buffer.from(data.buffer, data.byteOffset, data.byteLength);
}
