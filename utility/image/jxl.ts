import { runJxl, JxlError } from '../jxl/client.ts';
import type { EncodeOptions, Interpretation } from '../jxl/messages.ts';
import { damaged } from './damage.ts';
import { colourName, modelOf, type Header } from './header.ts';
import { describes, isSrgb } from './icc.ts';
import { extractMetadata } from './metadata/extract.ts';
import type { Metadata } from './metadata/metadata.ts';
import type { Pixels } from './pixels.ts';

/** @throws MillraceError `damaged-image` */
export async function probeJxl(bytes: Uint8Array, name: string): Promise<Header> {
  const header = await runJxl('header', { bytes }, 0).catch((error: unknown) => {
    throw damaged(name, error);
  });
  const { width, height, frames, bitDepth, transparency, interpretation, delays, loop } = header;
  const metadata = extractMetadata(header);
  const model = modelOf(interpretation);
  const { icc } = metadata;
  const profile = icc !== undefined && describes(icc, model) ? icc : undefined;
  return {
    format: 'jxl',
    width,
    height,
    frames,
    bitDepth,
    transparency,
    model,
    ...(profile === undefined || isSrgb(profile) ? {} : { profile }),
    colour: colourName(model, profile),
    orientation: 1,
    gainMap: false,
    ...(delays === undefined ? {} : { delays }),
    ...(loop === undefined ? {} : { loop }),
    metadata,
  };
}

/**
 * Decodes to 8 or 16 bits in the file's own colours. libjxl turns the picture upright itself.
 *
 * @throws MillraceError `damaged-image`
 */
export async function decodeJxl(
  bytes: Uint8Array,
  header: Header,
  animated: boolean,
  name: string,
): Promise<Pixels> {
  const frames = animated ? header.frames : 1;
  const deep = header.bitDepth > 8;
  const grey = header.model === 'grey' && !header.transparency;
  const request = { bytes, interpretation: interpretationOf(grey, deep), moving: frames > 1 };
  const { data, width, rows } = await runJxl('decode', request, header.width * header.height * frames).catch(
    (error: unknown) => {
      throw damaged(name, error);
    },
  );
  return {
    data: deep ? new Uint16Array(data.buffer, data.byteOffset, data.byteLength / 2) : data,
    width,
    height: rows / frames,
    frames,
    channels: grey ? 1 : header.transparency ? 4 : 3,
    bitDepth: deep ? 16 : 8,
    ...(header.profile === undefined ? {} : { icc: header.profile }),
    ...(frames > 1 && header.delays !== undefined ? { delays: header.delays } : {}),
    ...(frames > 1 && header.loop !== undefined ? { loop: header.loop } : {}),
  };
}

/** Efforts to fall back on, from the one that was asked for: those that need less memory. */
const lesserEfforts = [5, 3];

/**
 * Encodes with the effort that was asked for, or where memory is not enough for that (WebAssembly has 2 GB: about
 * 20 megapixels at effort 7, 50 at 5, 75 at 3, lossless 24) with a lesser one, which needs less.
 *
 * @returns the effort that was used besides the bytes
 */
export async function encodeJxl(
  { data, width, height, channels, bitDepth }: Pixels,
  options: EncodeOptions,
  metadata: Metadata,
): Promise<{ bytes: Uint8Array; effort: number }> {
  const interpretation = interpretationOf(channels === 1, bitDepth === 16);
  const picture = { data, width, height, channels, interpretation, metadata };
  for (const effort of [options.effort, ...lesserEfforts.filter((less) => less < options.effort)]) {
    try {
      const { bytes } = await runJxl(
        'encode',
        { ...picture, options: { ...options, effort } },
        width * height,
      );
      return { bytes, effort };
    } catch (error) {
      if (!(error instanceof JxlError)) throw error;
    }
  }
  throw new JxlError(`${String(width)}x${String(height)} pixels need more memory than the encoder can have`);
}

function interpretationOf(grey: boolean, deep: boolean): Interpretation {
  if (grey) return deep ? 'grey16' : 'b-w';
  return deep ? 'rgb16' : 'srgb';
}
