import { copyFile, mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';

const samples = join(import.meta.dirname, '../../../resources/samples');

/** Those that come with Millrace, and parts of them as a person might have taken them too. */
export async function pictures(target: string): Promise<string> {
  await mkdir(target, { recursive: true });
  const names = await readdir(samples);
  for (const name of names) await copyFile(join(samples, name), join(target, name));
  const parts: [string, string, number, number][] = [
    ['Morning on the lake.jpg', 'Far shore.jpg', 0.05, 0.3],
    ['Morning on the lake.jpg', 'Reflections.jpg', 0.3, 0.45],
    ['Ridges at dusk.jpg', 'Last light.jpg', 0.35, 0.1],
    ['Ridges at dusk.jpg', 'Valley.jpg', 0.1, 0.35],
    ['Lights in the rain.jpg', 'Crossing.jpg', 0.1, 0.3],
    ['Lights in the rain.jpg', 'Signals.jpg', 0.3, 0.05],
  ];
  for (const [from, name, left, top] of parts) {
    const upright = await sharp(join(samples, from)).autoOrient().toBuffer({ resolveWithObject: true });
    const { width, height } = upright.info;
    await sharp(upright.data)
      .extract({
        left: Math.round(left * width),
        top: Math.round(top * height),
        width: Math.round(width / 2),
        height: Math.round(height / 2),
      })
      .jpeg({ quality: 95 })
      .toFile(join(target, name));
  }
  return target;
}
