import type { Sharp } from 'sharp';
import type { Recipe } from '../../contract/recipe.ts';
import type { Codecs } from '../codecs.ts';
import { targetSize, type Size } from './geometry.ts';
import { rawOptions, readRaw, type Pixels, type RawPixels } from './pixels.ts';

/**
 * Size and direction. Gives the very same pixels back where nothing is to be done.
 *
 * @param upright pixels of one frame of the source, which may have been decoded smaller
 */
export async function transform(
  pixels: Pixels,
  upright: Size,
  recipe: Recipe,
  codecs: Codecs,
): Promise<Pixels> {
  const { scaled, size } = targetSize(upright, recipe.resize);
  const resizing = scaled.width !== pixels.width || scaled.height !== pixels.height;
  const cropping = size.width !== scaled.width || size.height !== scaled.height;
  const turning = recipe.rotate !== 0 || recipe.flip !== 'none';
  if (!resizing && !cropping && !turning) return pixels;
  return eachFrame(
    pixels,
    (image) => {
      if (resizing) image.resize({ ...scaled, fit: 'fill', kernel: 'lanczos3' });
      if (cropping) {
        image.extract({
          left: Math.floor((scaled.width - size.width) / 2),
          top: Math.floor((scaled.height - size.height) / 2),
          ...size,
        });
      }
      turn(image, recipe);
    },
    codecs,
  );
}

/** The background behind what is transparent. */
export async function flatten(pixels: Pixels, background: string, codecs: Codecs): Promise<Pixels> {
  return eachFrame(pixels, (image) => void image.flatten({ background }), codecs);
}

/** sharp mirrors before it turns and a recipe after: with a quarter turn between, the axes change places. */
function turn(image: Sharp, { rotate, flip }: Recipe): void {
  const quarter = rotate === 90 || rotate === 270;
  const across = flip === 'horizontal' || flip === 'both';
  const down = flip === 'vertical' || flip === 'both';
  if (quarter ? across : down) image.flip();
  if (quarter ? down : across) image.flop();
  if (rotate !== 0) image.rotate(rotate);
}

async function eachFrame(pixels: Pixels, change: (image: Sharp) => void, { sharp }: Codecs): Promise<Pixels> {
  const samples = pixels.width * pixels.height * pixels.channels;
  const done: RawPixels[] = [];
  for (let frame = 0; frame < pixels.frames; frame += 1) {
    const data = pixels.data.subarray(frame * samples, (frame + 1) * samples);
    const image = sharp(data, rawOptions({ ...pixels, data, frames: 1 }));
    change(image);
    done.push(await readRaw(image, pixels.bitDepth, pixels.channels === 1 ? 'grey' : 'rgb'));
  }
  const [first] = done;
  if (first === undefined) return pixels;
  const { width, rows: height, channels } = first;
  return { ...pixels, width, height, channels, data: join(done) };
}

function join(frames: readonly RawPixels[]): Pixels['data'] {
  const [first, second] = frames;
  if (first !== undefined && second === undefined) return first.data;
  const length = frames.reduce((sum, { data }) => sum + data.length, 0);
  const whole = first?.bitDepth === 16 ? new Uint16Array(length) : new Uint8Array(length);
  let at = 0;
  for (const { data } of frames) {
    whole.set(data, at);
    at += data.length;
  }
  return whole;
}
