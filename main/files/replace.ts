import { dirname } from 'node:path';
import { MillraceError } from '../../contract/errors.ts';
import type { FinishedFile } from '../engine/world.ts';
import type { CarriedAttributes } from './attributes.ts';
import { assertInReach, backupPath, keepBackup, type BackupPlace } from './backups.ts';
import { asCommitError, stage, type CommitFileOptions } from './commit.ts';
import { discard, flushFolder, giveName, realFiles, type DiskFiles } from './durable.ts';
import { identityAt } from './identity.ts';

/** The file whose place an output takes. */
export interface Original {
  readonly path: string;
  /** As it was when it was read. */
  readonly identity: string;
  readonly bytes: number;
  readonly modifiedMs: number;
}

export interface Replacement {
  /** Path of the backup. */
  readonly backup: string;
  readonly attributes?: CarriedAttributes;
}

/**
 * Puts an output in the place of its original, which is kept as a backup first: until the output has its name the original
 * has its own, and from then on it is in the backup. `path` is the original's own, or another name in its folder; then the
 * original's name is free afterwards.
 *
 * @returns path of the backup, and what became of the original's extended attributes
 * @throws NameTaken; MillraceError `destination-*`, `source-changed`. The original is where it was, and nothing is left; where
 *   that is not certain, everything is left as it is and stays written down, for the next start to settle
 */
export async function replaceOriginal(
  path: string,
  file: FinishedFile,
  original: Original,
  options: CommitFileOptions & { readonly backups: BackupPlace },
): Promise<Replacement> {
  const { signal, record, backups, files = realFiles } = options;
  const sha256 = file.sourceSha256;
  if (sha256 === undefined) throw new MillraceError('internal', 'The worker has not looked at the original.');
  const backup = backupPath(backups, original.path);
  const { bytes, modifiedMs, identity } = original;
  const replaces = { original: original.path, backup, sha256, bytes, modifiedMs };
  /** Of what has begun, it cannot be told here whether it was done. */
  let isUnsettled = false as boolean;
  try {
    signal.throwIfAborted();
    await assertInReach(backups, original.path);
    const attributes = await stage(path, file, options, replaces, async (intent) => {
      let hasBegun = false;
      try {
        await keepBackup(files, original.path, backup, { identity, sha256 });
        // Copying may have taken its time.
        await options.sourceUnchanged();
        signal.throwIfAborted();
        hasBegun = true;
        await takePlace(files, intent.temporary, path, original.path);
        if (path !== original.path) await files.unlink(original.path);
        await flushFolder(files, dirname(path));
      } catch (error) {
        isUnsettled = hasBegun && !(await isAt(files, original.path, identity));
        isUnsettled ||= !(await takeBack(files, path, intent.identity, backup));
        throw error;
      }
    });
    record.committed();
    return { backup, ...(attributes === undefined ? {} : { attributes }) };
  } catch (error) {
    // The next start settles it, by what it finds.
    if (!isUnsettled) record.withdrawn();
    throw asCommitError(error, path, signal);
  }
}

/** `rename` puts the one file in the place of the other in a single step, on POSIX and on Windows. */
function takePlace(files: DiskFiles, temporary: string, path: string, original: string): Promise<void> {
  return path === original ? files.rename(temporary, path) : giveName(files, temporary, path);
}

/** Whether this very file is there for certain: a drive that fails may have done what it says it could not. */
async function isAt(files: DiskFiles, path: string, identity: string): Promise<boolean> {
  return (await identityAt(path, files).catch(() => undefined)) === identity;
}

/** With the original in its place, neither output nor backup is needed; the backup is the last to go. */
async function takeBack(files: DiskFiles, path: string, identity: string, backup: string): Promise<boolean> {
  try {
    if ((await identityAt(path, files)) === identity) await files.unlink(path);
    await discard(files, backup);
    return true;
  } catch {
    return false;
  }
}
