import type { OutputFormat } from '../../contract/formats.ts';
import type { Codecs } from '../codecs.ts';
import type { Header } from './header.ts';
import { isOpaque, type Pixels } from './pixels.ts';
import { isTechnical } from './metadata/exif-edit.ts';
import type { Metadata } from './metadata/metadata.ts';
import { probe } from './probe.ts';
import { verifyFailed } from './verify-failed.ts';

/**
 * Opens what was written, as anyone else would, and compares its header with what it should be.
 *
 * @param orientation that the file should have
 * @param metadata that the file should carry, and no other
 * @throws MillraceError `verify-failed`
 */
export async function verify(
  bytes: Uint8Array,
  to: OutputFormat,
  expected: Pixels,
  orientation: number,
  metadata: Metadata,
  name: string,
  codecs: Codecs,
): Promise<Header> {
  const header = await probe(bytes, name, codecs).catch((error: unknown) => {
    throw verifyFailed(name, to, error instanceof Error ? error.message : String(error));
  });
  const differences = [
    differs('format', header.format, to),
    differs('width', header.width, expected.width),
    differs('height', header.height, expected.height),
    differs('orientation', header.orientation, orientation),
    framesDiffer(header, expected),
    transparencyDiffers(header, expected, to),
    bitDepthDiffers(header, expected, to),
    profileDiffers(header, expected, to),
    ...metadataDiffers(header, metadata),
  ].filter((difference) => difference !== undefined);
  if (differences.length > 0) throw verifyFailed(name, to, differences.join(', '));
  return header;
}

/** @throws MillraceError `verify-failed` when the pixels that should have stayed as they were did not */
export function verifyPixels(written: Pixels, expected: Pixels, to: OutputFormat, name: string): void {
  if (bytesOf(written.data).equals(bytesOf(expected.data))) return;
  throw verifyFailed(name, to, 'pixels changed that should not have');
}

/** Encoders join neighbouring frames that are equal; the time they stand must be joined too. */
function framesDiffer(header: Header, expected: Pixels): string | undefined {
  if (header.frames === expected.frames) return undefined;
  const joined =
    header.frames === 1
      ? framesAreEqual(expected)
      : header.frames < expected.frames && standAsLong(header, expected);
  return joined ? undefined : differs('frames', header.frames, expected.frames);
}

/** libvips writes WebP frames of 10 ms or less as browsers show them, 100 ms long; GIF's as they are. */
function standAsLong({ delays: is = [] }: Header, { delays: should = [] }: Pixels): boolean {
  const asShown = should.map((delay) => (delay <= 10 ? 100 : delay));
  return [should, asShown].some((delays) => Math.abs(sum(is) - sum(delays)) <= 10);
}

function framesAreEqual({ data, frames }: Pixels): boolean {
  const all = bytesOf(data);
  const length = all.byteLength / frames;
  const first = all.subarray(0, length);
  return Array.from({ length: frames }).every((_, frame) =>
    all.subarray(frame * length, (frame + 1) * length).equals(first),
  );
}

/** Of 255: palettes have one opacity for colours that are as good as alike. A lossless PNG is compared by its pixels, too. */
const paletteSlack = 5;

/** An encoder may leave out an alpha channel in which nothing is transparent. GIF's say they have one in any case. */
function transparencyDiffers(header: Header, expected: Pixels, to: OutputFormat): string | undefined {
  if (to === 'gif') return undefined;
  const opaque = isOpaque(expected, to === 'png' ? paletteSlack : 0);
  if (!header.transparency) return opaque ? undefined : 'the transparency is gone';
  return expected.channels === 4 ? undefined : 'transparency appeared';
}

/** PNGs are written with as few bits as their values need. */
function bitDepthDiffers(header: Header, expected: Pixels, to: OutputFormat): string | undefined {
  if (to === 'png' && header.bitDepth <= expected.bitDepth) return undefined;
  return to === 'gif' ? undefined : differs('bit depth', header.bitDepth, expected.bitDepth);
}

/** JPEG XL keeps the meaning of a profile in words of its own, and its decoder writes another that means the same. */
function profileDiffers({ profile, colour }: Header, { icc }: Pixels, to: OutputFormat): string | undefined {
  if (icc === undefined) return profile === undefined ? undefined : `the profile ${colour} appeared`;
  if (profile === undefined) return 'the profile is gone';
  return to === 'jxl' || bytesOf(profile).equals(icc) ? undefined : `the profile became ${colour}`;
}

/** A block that is carried is there, and one that is not is gone: someone may rely on its being gone. */
function metadataDiffers({ metadata: is }: Header, should: Metadata): (string | undefined)[] {
  return (['exif', 'xmp', 'iptc', 'comments'] as const).map((block) => {
    if ((is[block] === undefined) === (should[block] === undefined)) return undefined;
    if (should[block] !== undefined) return `${block} is gone`;
    return block === 'exif' && is.exif !== undefined && isTechnical(is.exif)
      ? undefined
      : `${block} appeared`;
  });
}

function sum(delays: readonly number[]): number {
  return delays.reduce((total, delay) => total + delay, 0);
}

function differs(what: string, is: string | number, should: string | number): string | undefined {
  return is === should ? undefined : `${what} is ${String(is)} and should be ${String(should)}`;
}

function bytesOf(data: Pixels['data']): Buffer {
  return Buffer.from(data.buffer, data.byteOffset, data.byteLength);
}
