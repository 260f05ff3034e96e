import { readdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { ReplacedOriginal } from '../engine/journal.ts';
import { keepBackup } from './backups.ts';
import { digestAt, discard, flushFolder, giveName, NameTaken, realFiles, type DiskFiles } from './durable.ts';
import { hasCode } from './file-errors.ts';
import { identityAt } from './identity.ts';
import { runOf } from './temporary-name.ts';

/** A commit that a run was in the middle of when it ended. */
export interface Unfinished {
  readonly temporary: string;
  readonly path: string;
  /** Of the output; hexadecimal. */
  readonly sha256: string;
  /** Of the temporary file, and so of the output that was made of it. */
  readonly identity: string;
  readonly replaces: ReplacedOriginal | undefined;
}

/**
 * What became of it. `committed`: the output has its name, whole, and its original is in the backup where one was replaced.
 * `withdrawn`: nothing of it is left. `kept`: what is there is neither the one nor the other; it is left as it is, with the
 * backup.
 */
export type Settlement = 'committed' | 'withdrawn' | 'kept';

/**
 * Settles a commit that a dead run left: finished where its output is whole, else removed. Nothing is judged by its name or
 * its date, everything by its bytes. Rejects with the system's error when the disk does not answer; then it is for the next
 * start.
 */
export async function settle(unfinished: Unfinished, files: DiskFiles = realFiles): Promise<Settlement> {
  const { temporary, path, sha256, replaces } = unfinished;
  if (replaces !== undefined) return settleReplacement(unfinished, replaces, files);
  if ((await digestAt(path, files)) === sha256) {
    await discard(files, temporary);
    return committed(path, files);
  }
  if ((await digestAt(temporary, files)) === sha256 && (await finish(files, temporary, path))) {
    return committed(path, files);
  }
  await discard(files, temporary);
  return 'withdrawn';
}

async function settleReplacement(
  { temporary, path, sha256, identity }: Unfinished,
  { original, backup, sha256: before }: ReplacedOriginal,
  files: DiskFiles,
): Promise<Settlement> {
  // Another run may have made the same of the same.
  const isThere = (await identityAt(path)) === identity && (await digestAt(path, files)) === sha256;
  const isKept = (await digestAt(backup, files)) === before;
  const isOriginal = (await digestAt(original, files)) === before;
  const hasOtherName = path !== original;
  if (isThere && isKept) {
    // All that is left to do is that the original gives way.
    if (hasOtherName && isOriginal) await discard(files, original);
    await discard(files, temporary);
    return committed(path, files);
  }
  if (isOriginal) {
    const isWhole = (await digestAt(temporary, files)) === sha256;
    if (isWhole && !isThere && (await replaceNow(files, temporary, path, original, backup, before))) {
      return committed(path, files);
    }
    await discard(files, temporary);
    // Only what is as good elsewhere: a copy that was cut off, or a second name of the original.
    await discard(files, backup);
    if (isThere && hasOtherName) await discard(files, path);
    return 'withdrawn';
  }
  await discard(files, temporary);
  if (isThere) return committed(path, files);
  // Somebody has written to the place since. What they have written stays, and so does the backup.
  return isKept ? 'kept' : 'withdrawn';
}

async function replaceNow(
  files: DiskFiles,
  temporary: string,
  path: string,
  original: string,
  backup: string,
  sha256: string,
): Promise<boolean> {
  const identity = await identityAt(original);
  if (identity === undefined) return false;
  await discard(files, backup);
  await keepBackup(files, original, backup, { identity, sha256 });
  if (path === original) await files.rename(temporary, path);
  else {
    if (!(await finish(files, temporary, path))) return false;
    await files.unlink(original);
  }
  await flushFolder(files, dirname(path));
  return true;
}

/** Gives a whole temporary file its name; false where that is somebody else's by now. */
async function finish(files: DiskFiles, temporary: string, path: string): Promise<boolean> {
  try {
    // On a disk without hard links the name was claimed by an empty file, which has nothing to lose.
    if ((await sizeAt(path)) === 0n) await files.rename(temporary, path);
    else await giveName(files, temporary, path);
    await flushFolder(files, dirname(path));
    return true;
  } catch (error) {
    if (error instanceof NameTaken) return false;
    throw error;
  }
}

async function committed(path: string, files: DiskFiles): Promise<Settlement> {
  await flushFolder(files, dirname(path));
  return 'committed';
}

async function sizeAt(path: string): Promise<bigint | undefined> {
  const identity = await identityAt(path);
  return identity === undefined ? undefined : BigInt(identity.split(':')[2] ?? '');
}

/**
 * Removes temporary files in these folders that dead runs began to write and wrote nothing down of.
 *
 * @param isAlive whether a run still goes on
 * @returns paths of what was removed
 */
export async function sweep(
  folders: readonly string[],
  isAlive: (run: string) => boolean,
  files: DiskFiles = realFiles,
): Promise<string[]> {
  const removed: string[] = [];
  for (const folder of folders) {
    for (const name of await namesIn(folder)) {
      const run = runOf(name);
      if (run === undefined || isAlive(run)) continue;
      await discard(files, join(folder, name));
      removed.push(join(folder, name));
    }
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
