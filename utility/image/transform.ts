import type { Recipe } from '../../contract/recipe.ts';
import type { Codecs } from '../codecs.ts';
import { targetSize, type Size } from './geometry.ts';
import { hasAlpha, rawOptions, type Pixels } from './pixels.ts';

/**
 * Size, direction and background. Gives the very same pixels back where nothing is to be done.
 *
 * @param upright pixels of one frame of the source, which may have been decoded smaller
 * @param opaque the target has no transparency
 */
export async function transform(
  pixels: Pixels,
  upright: Size,
  recipe: Recipe,
  opaque: boolean,
  codecs: Codecs,
): Promise<Pixels> {
  const { scaled, size } = targetSize(upright, recipe.resize);
  const resizing = scaled.width !== pixels.width || scaled.height !== pixels.height;
  const cropping = size.width !== scaled.width || size.height !== scaled.height;
  const turning = recipe.rotate !== 0 || recipe.flip !== 'none';
  const flattening = opaque && hasAlpha(pixels);
  if (!resizing && !cropping && !turning && !flattening) return pixels;

  const done = [];
  for (const frame of framesOf(pixels))
    done.push(await transformFrame(frame, recipe, { scaled, size }, flattening, codecs));
  return join(done, pixels);
}

async function transformFrame(
  pixels: Pixels,
  recipe: Recipe,
  { scaled, size }: { scaled: Size; size: Size },
  flattening: boolean,
  { sharp }: Codecs,
): Promise<Pixels> {
  let image = sharp(pixels.data, rawOptions(pixels));
  const deep = pixels.bitDepth === 16;
  if (pixels.channels < 3) image.toColourspace(deep ? 'grey16' : 'b-w');
  else if (deep) image.toColourspace('rgb16');
  if (flattening) image.flatten({ background: recipe.background });
  image.resize({ ...scaled, fit: 'fill', kernel: 'lanczos3' });
  if (size.width !== scaled.width || size.height !== scaled.height) {
    image.extract({
      left: Math.floor((scaled.width - size.width) / 2),
      top: Math.floor((scaled.height - size.height) / 2),
      ...size,
    });
  }
  if (recipe.rotate !== 0) image = image.rotate(recipe.rotate);
  const raw = await image.raw({ depth: deep ? 'ushort' : 'uchar' }).toBuffer({ resolveWithObject: true });
  const turned: Pixels = {
    ...pixels,
    data: deep ? wide(raw.data) : raw.data,
    width: raw.info.width,
    height: raw.info.height,
    channels: raw.info.channels,
  };
  return recipe.flip === 'none' ? turned : flip(turned, recipe.flip);
}

/** Mirrors in place: sharp would do it before it rotates. */
function flip(pixels: Pixels, axis: Recipe['flip']): Pixels {
  const { width, height, channels } = pixels;
  const data = pixels.data.slice();
  for (let y = 0; y < height; y += 1) {
    const fromY = axis === 'horizontal' ? y : height - 1 - y;
    for (let x = 0; x < width; x += 1) {
      const fromX = axis === 'vertical' ? x : width - 1 - x;
      const from = (fromY * width + fromX) * channels;
      const to = (y * width + x) * channels;
      for (let channel = 0; channel < channels; channel += 1)
        data[to + channel] = pixels.data[from + channel] ?? 0;
    }
  }
  return { ...pixels, data };
}

function wide(data: Buffer): Uint16Array {
  return new Uint16Array(data.buffer, data.byteOffset, data.byteLength / 2);
}

function framesOf(pixels: Pixels): Pixels[] {
  const samples = pixels.width * pixels.height * pixels.channels;
  return Array.from({ length: pixels.frames }, (_, frame) => ({
    ...pixels,
    frames: 1,
    data: pixels.data.subarray(frame * samples, (frame + 1) * samples),
  }));
}

function join(frames: readonly Pixels[], source: Pixels): Pixels {
  const [first] = frames;
  if (first === undefined) return source;
  if (frames.length === 1) return { ...source, ...first };
  const data = new Uint8Array(first.data.length * frames.length);
  for (const [index, frame] of frames.entries()) data.set(frame.data, index * first.data.length);
  return { ...source, ...first, frames: frames.length, data };
}
