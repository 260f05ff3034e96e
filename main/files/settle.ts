import { dirname } from 'node:path';
import { MillraceError } from '../../contract/errors.ts';
import { fileKey } from '../engine/file-key.ts';
import type { ReplacedOriginal } from '../engine/journal.ts';
import { completeBackup, keepBackup } from './backups.ts';
import { discard, flushFolder, giveName, NameTaken, realFiles, type DiskFiles } from './durable.ts';
import { identityAt, isAway, isEmptyAt, isFolder, look } from './identity.ts';

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
 * its date, everything by its bytes, and nothing is removed that was not looked at right before. Nobody else may settle it
 * meanwhile. Rejects when the disk does not answer or may not be connected; then it is for the next start.
 */
export async function settle(unfinished: Unfinished, files: DiskFiles = realFiles): Promise<Settlement> {
  const { replaces } = unfinished;
  return replaces === undefined
    ? settleOutput(unfinished, files)
    : settleReplacement(unfinished, replaces, files);
}

async function settleOutput(unfinished: Unfinished, files: DiskFiles): Promise<Settlement> {
  const { temporary, path, sha256, identity } = unfinished;
  if ((await look(path, files))?.sha256 === sha256) {
    await discard(files, temporary);
    return committed(path, files);
  }
  const written = await look(temporary, files);
  if (written?.sha256 === sha256 && (await finish(files, temporary, path))) return committed(path, files);
  if (written === undefined && (await isAway(dirname(path), identity, files))) throw away(path);
  await discard(files, temporary);
  await discardClaim(files, path);
  return 'withdrawn';
}

async function settleReplacement(
  unfinished: Unfinished,
  replaces: ReplacedOriginal,
  files: DiskFiles,
): Promise<Settlement> {
  const { temporary, path, sha256, identity } = unfinished;
  const { original, backup } = replaces;
  const hasOtherName = path !== original;
  const output = await look(path, files);
  const before = hasOtherName ? await look(original, files) : output;
  // Another run may have made the same of the same.
  const isThere =
    output !== undefined && fileKey(output.identity) === fileKey(identity) && output.sha256 === sha256;
  const isKept = (await look(backup, files))?.sha256 === replaces.sha256;
  const isOriginal = before?.sha256 === replaces.sha256;
  if (isThere && isKept) {
    // All that is left to do is that the original gives way.
    if (hasOtherName && isOriginal) await discardStill(files, original, before.identity);
    await discard(files, temporary);
    return committed(path, files);
  }
  if (isOriginal) {
    const isReady = !isThere && (await look(temporary, files))?.sha256 === sha256;
    if (isReady && (await replaceNow(unfinished, replaces, before.identity, isKept, files))) {
      return committed(path, files);
    }
    await discard(files, temporary);
    if (hasOtherName && isThere) await discardStill(files, path, output.identity);
    if (hasOtherName) await discardClaim(files, path);
    // Only what is as good elsewhere: a copy that was cut off, or a second name of the original.
    await mustStillBe(files, original, before.identity);
    await discard(files, backup);
    return 'withdrawn';
  }
  if (!isThere) {
    const isNothing = output === undefined && before === undefined;
    if (isNothing && (await isAway(dirname(path), identity, files))) throw away(path);
    if (!isKept && !(await isFolder(dirname(backup), files))) throw away(backup);
  }
  await discard(files, temporary);
  if (isThere) return committed(path, files);
  if (hasOtherName) await discardClaim(files, path);
  // Somebody has written to the place since. What they have written stays, and so does the backup.
  return isKept ? 'kept' : 'withdrawn';
}

/**
 * @param identity of the original, which was seen in its place
 * @returns false where the name is somebody else's by now, or backups may be out of reach
 */
async function replaceNow(
  { temporary, path }: Unfinished,
  { original, backup, sha256 }: ReplacedOriginal,
  identity: string,
  isKept: boolean,
  files: DiskFiles,
): Promise<boolean> {
  if (isKept) await completeBackup(files, original, backup);
  else {
    if (!(await isFolder(dirname(backup), files))) return false;
    await discard(files, backup);
    await keepBackup(files, original, backup, { identity, sha256 });
  }
  // Copying may have taken its time.
  await mustStillBe(files, original, identity);
  if (path === original) await files.rename(temporary, path);
  else {
    if (!(await finish(files, temporary, path))) return false;
    await discardStill(files, original, identity);
  }
  return true;
}

/** Gives a whole temporary file its name; false where that is somebody else's by now. */
async function finish(files: DiskFiles, temporary: string, path: string): Promise<boolean> {
  try {
    if (await isEmptyAt(path, files)) await files.rename(temporary, path);
    else await giveName(files, temporary, path);
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

/** Removes a file unless somebody has written to it since it was looked at. */
async function discardStill(files: DiskFiles, path: string, identity: string): Promise<void> {
  if ((await identityAt(path, files)) === identity) await discard(files, path);
}

async function discardClaim(files: DiskFiles, path: string): Promise<void> {
  if (await isEmptyAt(path, files)) await discard(files, path);
}

async function mustStillBe(files: DiskFiles, path: string, identity: string): Promise<void> {
  if ((await identityAt(path, files)) !== identity) throw new Error(`${path} is being written to`);
}

function away(path: string): MillraceError {
  return new MillraceError(
    'destination-unwritable',
    `${dirname(path)} is not there. If it is on a drive, connect it and start Millrace again.`,
  );
}
