import { lstat } from 'node:fs/promises';
import { glob, isDynamicPattern } from 'tinyglobby';
import type { Intake } from '../contract/batch.ts';
import type { Recipe } from '../contract/recipe.ts';
import { takeIn as takeInOffered } from '../main/files/intake.ts';

/** The sources of a command line: links as they are, patterns that the shell did not expand, files and folders. */
export async function* takeIn(
  inputs: readonly string[],
  recipe: Recipe,
  signal: AbortSignal,
): AsyncGenerator<Intake, void, undefined> {
  const paths: string[] = [];
  const links: string[] = [];
  for (const input of inputs) {
    if (isLink(input)) links.push(input);
    else paths.push(...(await expand(input)));
  }
  yield* takeInOffered({ paths, links }, recipe, signal);
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
