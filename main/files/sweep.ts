import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { discard, realFiles, type DiskFiles } from './durable.ts';
import { hasCode } from './file-errors.ts';
import { runOf } from './temporary-name.ts';

/**
 * Removes temporary files in a folder that dead runs began to write and wrote nothing down of.
 *
 * @param isAlive whether a run still goes on
 * @param isKnown whether a temporary file of this name waits to be settled
 * @returns paths of what was removed
 */
export async function sweep(
  folder: string,
  isAlive: (run: string) => boolean,
  isKnown: (name: string) => boolean,
  files: DiskFiles = realFiles,
): Promise<string[]> {
  const removed: string[] = [];
  for (const name of await namesIn(folder)) {
    const run = runOf(name);
    if (run === undefined || isAlive(run) || isKnown(name)) continue;
    await discard(files, join(folder, name));
    removed.push(join(folder, name));
  }
  return removed;
}

async function namesIn(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    // The folder has gone, and what was in it.
    if (hasCode(error, 'ENOENT', 'ENOTDIR', 'EACCES', 'EPERM')) return [];
    throw error;
  }
}
