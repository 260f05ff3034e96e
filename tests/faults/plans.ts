import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { corpus } from '../fixtures/corpus.ts';
import { fingerprints, runVictim, setScene, type Scene } from './scene.ts';

/** Where outputs go in a round. */
export const plans = ['folder', 'in-place', 'in-place-renamed'] as const;
export type Plan = (typeof plans)[number];

export function recipeOf(plan: Plan, scene: Pick<Scene, 'outputs'>): unknown {
  const common = { quality: 60, effort: 'fast' };
  switch (plan) {
    case 'folder':
      return { ...common, to: 'webp', output: { place: 'folder', folder: scene.outputs } };
    case 'in-place':
      return { ...common, quality: 40, to: 'keep', output: { place: 'in-place' } };
    case 'in-place-renamed':
      return { ...common, to: 'webp', output: { place: 'in-place' } };
  }
}

const pictureCount = 8;

/** Real pictures of the corpus, small ones; pictures of our own where there is none. */
export async function choosePictures(folder: string): Promise<string[]> {
  if (corpus !== undefined) {
    const reference = join(corpus, 'reference');
    const names = (await readdir(reference)).filter((name) => /kodak.*jpeg-(60|80)\.jpg$/.test(name)).sort();
    if (names.length >= pictureCount)
      return names.slice(0, pictureCount).map((name) => join(reference, name));
  }
  const paths = Array.from({ length: pictureCount }, (_, index) => join(folder, `${String(index)}.jpg`));
  for (const [index, path] of paths.entries()) {
    const noise = { type: 'gaussian' as const, mean: 60 + index * 20, sigma: 30 };
    await sharp({ create: { width: 640, height: 480, channels: 3, background: '#777777', noise } })
      .jpeg({ quality: 95 })
      .toFile(path);
  }
  return paths;
}

/** Hash of each output of an undisturbed run, by its path below where outputs go. */
export async function undisturbed(plan: Plan, pictures: readonly string[]): Promise<Map<string, string>> {
  await using scene = await setScene(pictures);
  const { state } = scene;
  const end = await runVictim({
    action: 'run',
    state,
    inputs: [scene.pictures],
    recipe: recipeOf(plan, scene),
  });
  if (end.code !== 0) throw new Error(`The undisturbed run failed: ${end.stderr}${end.stdout}`);
  const made = await fingerprints(plan === 'folder' ? scene.outputs : scene.pictures);
  return new Map([...made].map(([name, { sha256 }]) => [name, sha256]));
}
