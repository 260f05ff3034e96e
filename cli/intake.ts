import { lstat } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Offered } from '../contract/batch.ts';
import { MillraceError } from '../contract/errors.ts';

/** What a command line names: links as they are, patterns that the shell did not expand, files and folders. */
export async function sortInputs(inputs: readonly string[]): Promise<Offered> {
  const paths: string[] = [];
  const links: string[] = [];
  for (const input of inputs) {
    if (isLink(input)) links.push(input);
    else paths.push(...(await expand(input)).map((path) => resolve(path)));
  }
  return { paths, links };
}

/** @param names what was named, for a person */
export function noImages(names: readonly string[]): MillraceError {
  return new MillraceError(
    'no-images',
    `There is no image in ${names.join(', ')}. Name a file, or a folder that has some.`,
  );
}

function isLink(input: string): boolean {
  return /^https?:\/\//i.test(input);
}

/** Every pattern has one of these signs, and some names have. */
const signs = /[*?[{(!]/;

/** A file may be called `a[1].jpg`; only what is not there is a pattern. A pattern without a match stays as it is. */
async function expand(input: string): Promise<readonly string[]> {
  if (!signs.test(input) || (await exists(input))) return [input];
  // Loaded where it is needed: most shells expand patterns themselves.
  const { glob } = await import('tinyglobby');
  const found = await glob(input, { absolute: true, onlyFiles: false, expandDirectories: false });
  return found.length === 0 ? [input] : found.sort();
}

async function exists(path: string): Promise<boolean> {
  return lstat(path).then(
    () => true,
    () => false,
  );
}
