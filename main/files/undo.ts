import { dirname, join } from 'node:path';
import type { ReplacedOriginal } from '../engine/journal.ts';
import { copy } from './backups.ts';
import {
  digestAt,
  digestOf,
  discard,
  flushFolder,
  giveName,
  isWithoutLinks,
  makeFolder,
  NameTaken,
  realFiles,
  undoing,
  type DiskFiles,
} from './durable.ts';
import { destinationError } from './file-errors.ts';
import { temporaryName } from './temporary-name.ts';

/** A replaced original, and what stands in its place. */
export interface Replaced extends ReplacedOriginal {
  /** Where the output was put. */
  readonly path: string;
  readonly outputSha256: string;
}

/** How it went. A `problem` is a sentence for a person; with `restored` false nothing was touched, and the backup stays. */
export interface Restoration {
  readonly restored: boolean;
  readonly problem?: string;
}

/**
 * Puts an original back byte for byte with its dates. May be interrupted at any moment and done again. What a person has
 * written to the place since is never written over.
 *
 * @param run part of temporary names
 */
export async function restore(
  replaced: Replaced,
  run: string,
  files: DiskFiles = realFiles,
): Promise<Restoration> {
  const { original, backup, sha256, path, outputSha256 } = replaced;
  try {
    const there = await digestAt(original, files);
    if (there !== sha256) {
      if ((await digestAt(backup, files)) !== sha256)
        // Its disk may not be there today.
        return refused(`The backup of ${original} is not there: ${backup}.`);
      if (there !== undefined && !(path === original && there === outputSha256)) {
        return refused(changedSince(replaced));
      }
      await putBack(replaced, run, files, there !== undefined);
    }
    // The original is in its place; whatever happens next, it can be done again.
    const problem = path === original ? undefined : await removeOutput(replaced, files);
    await discard(files, backup);
    const isMoved = path === original && there === undefined;
    if (isMoved) {
      return {
        restored: true,
        problem: `${original} is back. The smaller one that stood in its place was not found there; if it was moved, it is where it was moved to.`,
      };
    }
    return { restored: true, ...(problem === undefined ? {} : { problem }) };
  } catch (error) {
    if (error instanceof NameTaken) return refused(changedSince(replaced));
    return refused(destinationError(error, original).message);
  }
}

async function putBack(
  { original, backup, sha256 }: Replaced,
  run: string,
  files: DiskFiles,
  isTaken: boolean,
): Promise<void> {
  const folder = dirname(original);
  await makeFolder(files, folder);
  const temporary = join(folder, temporaryName(run));
  await bringOver(files, backup, temporary, sha256);
  await undoing(files, temporary, () =>
    isTaken ? files.rename(temporary, original) : giveName(files, temporary, original),
  );
  await flushFolder(files, folder);
}

/** A second name for the backup where the disk can do that, else a copy that is compared. */
async function bringOver(files: DiskFiles, backup: string, temporary: string, sha256: string): Promise<void> {
  try {
    await files.link(backup, temporary);
    return;
  } catch (error) {
    if (!isWithoutLinks(error)) throw error;
  }
  await copy(files, backup, temporary);
  await undoing(files, temporary, async () => {
    if ((await digestOf(temporary, files)) !== sha256) throw new Error('the copy is not what was copied');
  });
}

/** The output that had another name than its original goes, if it is still what Millrace made. */
async function removeOutput(
  { original, path, outputSha256 }: Replaced,
  files: DiskFiles,
): Promise<string | undefined> {
  const there = await digestAt(path, files);
  if (there === outputSha256) {
    await discard(files, path);
    return undefined;
  }
  return there === undefined
    ? `${original} is back. What was made of it was not found at ${path}; if it was moved, it is where it was moved to.`
    : `${original} is back. ${path} has been changed since it was made, and stays.`;
}

function changedSince({ original, backup }: Replaced): string {
  return `${original} has been changed since and stays as it is. What it was before is kept as ${backup}.`;
}

function refused(problem: string): Restoration {
  return { restored: false, problem };
}
