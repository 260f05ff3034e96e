import { lstat } from 'node:fs/promises';
import { glob, isDynamicPattern } from 'tinyglobby';
import type { Intake } from '../contract/batch.ts';
import type { Recipe } from '../contract/recipe.ts';
import { walk } from '../main/files/walk.ts';

/** The sources of a command line: links as they are, patterns that the shell did not expand, files and folders. */
export async function* takeIn(
  inputs: readonly string[],
  recipe: Recipe,
  signal: AbortSignal,
): AsyncGenerator<Intake, void, undefined> {
  const outputFolder = recipe.output.place === 'folder' ? recipe.output.folder : undefined;
  const paths: string[] = [];
  for (const input of inputs) {
    if (isLink(input)) yield { kind: 'source', source: { kind: 'link', url: input } };
    else paths.push(...(await expand(input)));
  }
  yield* walk(paths, { outputFolder, signal });
}

function isLink(input: string): boolean {
  return /^https?:\/\//i.test(input);
}

/** A file may be called `a[1].jpg`; only what is not there is a pattern. A pattern without a match stays as it is. */
async function expand(input: string): Promise<readonly string[]> {
  if (!isDynamicPattern(input) || (await exists(input))) return [input];
  const found = await glob(input, { absolute: true, onlyFiles: false, expandDirectories: false });
  return found.length === 0 ? [input] : found.sort();
}

async function exists(path: string): Promise<boolean> {
  return lstat(path).then(
    () => true,
    () => false,
  );
}
