import { cp, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A folder of photographs to work on, under names that do not repeat. */
export interface PhotoSet {
  readonly folder: string;
  readonly files: readonly string[];
  /** Creates an empty folder for outputs. */
  outputFolder(): Promise<string>;
  remove(): Promise<void>;
}

const corpus = process.env['MILLRACE_CORPUS'] ?? join(import.meta.dirname, '../../shared/corpus');

/** Copies the corpus's camera photographs as often as it takes to have at least `count` of them. */
export async function makePhotoSet(count: number): Promise<PhotoSet> {
  const originals = join(corpus, 'camera-jpeg');
  const names = (await readdir(originals)).filter((name) => name.endsWith('.jpg')).sort();
  const root = await mkdtemp(join(tmpdir(), 'millrace-bench-'));
  const folder = join(root, 'photos');
  const files: string[] = [];
  for (let round = 1; files.length < count; round += 1) {
    for (const name of names) {
      const file = join(folder, `${String(round).padStart(2, '0')}-${name}`);
      await cp(join(originals, name), file);
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
