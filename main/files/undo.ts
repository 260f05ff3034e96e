import { dirname, join } from 'node:path';
import type { ReplacedOriginal } from '../engine/journal.ts';
import { copy } from './backups.ts';
import {
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
import { identityAt, isAway, isEmptyAt, look, type Seen } from './identity.ts';
import { temporaryName } from './temporary-name.ts';

/** A replaced original, and what stands in its place. */
export interface Replaced extends ReplacedOriginal {
  /** Where the output was put. */
  readonly path: string;
  readonly outputSha256: string;
  readonly outputIdentity: string;
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
  const { original, backup, sha256, path, outputSha256, outputIdentity } = replaced;
  try {
    const there = await look(original, files);
    const output = path === original ? there : await look(path, files);
    let identity = there?.identity;
    if (there?.sha256 !== sha256) {
      const kept = await look(backup, files);
      if (kept === undefined) return refused(backupAway(replaced));
      if (kept.sha256 !== sha256) return refused(backupChanged(replaced));
      const isOutput = path === original && there?.sha256 === outputSha256;
      // An empty file is what is left where the name was claimed on a disk without hard links.
      if (there !== undefined && !isOutput && !(await isEmptyAt(original, files))) {
        return refused(changedSince(replaced));
      }
      if (output === undefined && (await isAway(dirname(original), outputIdentity, files))) {
        return refused(away(replaced));
      }
      identity = await putBack(replaced, run, files, there?.identity);
    }
    // The original is in its place; whatever happens next, it can be done again.
    const problem = path === original ? undefined : await removeOutput(replaced, files, output);
    if ((await identityAt(original, files)) !== identity) return refused(changedSince(replaced));
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

/**
 * @param taken identity of the file that has the place now
 * @returns identity of the original in its place
 */
async function putBack(
  { original, backup, sha256 }: Replaced,
  run: string,
  files: DiskFiles,
  taken: string | undefined,
): Promise<string | undefined> {
  const folder = dirname(original);
  await makeFolder(files, folder);
  const temporary = join(folder, temporaryName(run));
  await bringOver(files, backup, temporary, sha256);
  const identity = await undoing(files, temporary, async () => {
    const brought = await identityAt(temporary, files);
    if (taken === undefined) await giveName(files, temporary, original);
    else {
      // Copying may have taken its time.
      if ((await identityAt(original, files)) !== taken) throw new NameTaken(original);
      await files.rename(temporary, original);
    }
    return brought;
  });
  await flushFolder(files, folder);
  return identity;
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
  output: Seen | undefined,
): Promise<string | undefined> {
  if (output === undefined) {
    return `${original} is back. What was made of it was not found at ${path}; if it was moved, it is where it was moved to.`;
  }
  const isOurs = output.sha256 === outputSha256 && (await identityAt(path, files)) === output.identity;
  if (!isOurs) return `${original} is back. ${path} has been changed since it was made, and stays.`;
  await discard(files, path);
  return undefined;
}

function changedSince({ original, backup }: Replaced): string {
  return `${original} has been changed since and stays as it is. What it was before is kept as ${backup}.`;
}

function away({ original, backup }: Replaced): string {
  return `The folder of ${original} is not there. If it is on a drive, connect it; if it is gone, make it again; then undo once more. The original is kept as ${backup}.`;
}

function backupAway({ original, backup }: Replaced): string {
  return `The backup of ${original} is not there: ${backup}. If it is on a drive, connect it, then undo once more.`;
}

function backupChanged({ original, backup }: Replaced): string {
  return `${backup}, the backup of ${original}, has been changed since it was made. Both stay as they are.`;
}

function refused(problem: string): Restoration {
  return { restored: false, problem };
}
