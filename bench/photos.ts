import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, parse } from 'node:path';
import sharp from 'sharp';

/** A folder of photographs to work on, under names that do not repeat. */
export interface PhotoSet {
  readonly folder: string;
  readonly files: readonly string[];
  /** Creates an empty folder for outputs. */
  outputFolder(): Promise<string>;
  remove(): Promise<void>;
}

const corpus = process.env['MILLRACE_CORPUS'] ?? join(import.meta.dirname, '../../shared/corpus');
/**
 * The corpus's photographs, as often as it takes to have at least `count` files. Those that
 * come as PNG (the Kodak and CLIC sets) become JPEGs of quality 92, so that all work starts from JPEG.
 */
export async function makePhotoSet(count: number): Promise<PhotoSet> {
  const root = await mkdtemp(join(tmpdir(), 'millrace-bench-'));
  const folder = join(root, 'photos');
  await mkdir(folder);
  const originals = await readPhotos();
  const files: string[] = [];
  for (let round = 1; files.length < count; round += 1) {
    for (const { name, bytes } of originals) {
      const file = join(folder, `${String(round).padStart(2, '0')}-${name}.jpg`);
      await writeFile(file, bytes);
      files.push(file);
    }
  }
  return {
    folder,
    files,
    outputFolder: () => mkdtemp(join(root, 'out-')),
    remove: () => rm(root, { recursive: true, force: true }),
  };
}

async function readPhotos(): Promise<{ name: string; bytes: Buffer }[]> {
  const photos = [];
  for (const set of ['camera-jpeg', 'photo-png']) {
    for (const file of (await readdir(join(corpus, set))).sort()) {
      const bytes = await readFile(join(corpus, set, file));
      const { format } = await sharp(bytes).metadata();
      const jpeg = format === 'jpeg' ? bytes : await sharp(bytes).jpeg({ quality: 92 }).toBuffer();
      photos.push({ name: parse(file).name, bytes: jpeg });
    }
  }
  return photos;
}
