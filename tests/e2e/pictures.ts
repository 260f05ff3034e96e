import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import sharp from 'sharp';

/** Writes pictures as nobody compresses well: smooth colours under noise, different each time. */
export async function writePictures(
  paths: readonly string[],
  { width, height }: { width: number; height: number },
): Promise<void> {
  for (const [index, path] of paths.entries()) {
    await mkdir(dirname(path), { recursive: true });
    const pixels = noise(width, height, index + 1);
    const picture = sharp(pixels, { raw: { width, height, channels: 3 } });
    await (path.endsWith('.png') ? picture.png() : picture.jpeg({ quality: 97 })).toFile(path);
  }
}

/** For what is over at once. */
export const small = { width: 320, height: 240 };
/** For what is still under way when somebody looks: seconds of work in the format PNG. */
export const large = { width: 1600, height: 1200 };

function noise(width: number, height: number, seed: number): Uint8Array {
  const pixels = new Uint8Array(width * height * 3);
  let state = seed;
  for (let index = 0; index < pixels.length; index += 1) {
    // Numerical Recipes' linear congruential generator: the same pictures on every machine.
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    const x = Math.floor(index / 3) % width;
    const y = Math.floor(index / 3 / width);
    const base = 128 + 90 * Math.sin((x * (1 + (index % 3)) + y * seed) / 97);
    pixels[index] = base + (state >>> 27);
  }
  return pixels;
}
