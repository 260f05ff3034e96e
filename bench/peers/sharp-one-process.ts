// Peer: sharp in one process, every file at once with Promise.all, its own defaults for threads.
// Usage: sharp-one-process.ts <work as JSON> <output folder> <files as JSON>
import { basename, join } from 'node:path';
import sharp, { type Sharp } from 'sharp';
import type { Work } from '../works.ts';

const [work, folder, files] = process.argv.slice(2);
const {
  sharp: [format, options],
  extension,
} = JSON.parse(work ?? '') as Work;

await Promise.all(
  (JSON.parse(files ?? '[]') as string[]).map((file) => {
    const image: Sharp = sharp(file).toFormat(format, options);
    return image.toFile(join(folder ?? '', `${basename(file, '.jpg')}.${extension}`));
  }),
);
