import { dirname } from 'node:path';
import { MillraceError } from '../../contract/errors.ts';
import type { FinishedFile } from '../engine/world.ts';
import type { CarriedAttributes } from './attributes.ts';
import { backupPath, keepBackup, type BackupPlace } from './backups.ts';
import { asCommitError, stage, type CommitFileOptions } from './commit.ts';
import { flushFolder, giveName, realFiles, type DiskFiles } from './durable.ts';
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
 * @throws NameTaken; MillraceError `destination-*`, `source-changed`; the original is where it was, and nothing is left
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
  let progress: 'before' | 'taking' | 'taken' = 'before';
  try {
    signal.throwIfAborted();
    const attributes = await stage(path, file, options, replaces, async (intent) => {
      await keepBackup(files, original.path, backup, { identity, sha256 });
      try {
        // Copying may have taken its time.
        await options.sourceUnchanged();
        signal.throwIfAborted();
        progress = 'taking';
        await takePlace(files, intent.temporary, path, original.path);
        if (path !== original.path) await giveWay(files, path, original.path);
      } catch (error) {
        // A drive may fail and have done it all the same: then the original is in the backup and nowhere else.
        if (progress === 'taking' && (await identityAt(path)) === intent.identity) progress = 'taken';
        else await files.unlink(backup).catch(() => undefined);
        throw error;
      }
    });
    progress = 'taken';
    record.committed();
    await flushFolder(files, dirname(path));
    return { backup, ...(attributes === undefined ? {} : { attributes }) };
  } catch (error) {
    // What has taken the place is settled at the next start, by what is found there.
    if (progress !== 'taken') record.withdrawn();
    throw asCommitError(error, path, signal);
  }
}

/** `rename` puts the one file in the place of the other in a single step, on POSIX and on Windows. */
function takePlace(files: DiskFiles, temporary: string, path: string, original: string): Promise<void> {
  return path === original ? files.rename(temporary, path) : giveName(files, temporary, path);
}

/** The output has another name than its original, which goes; where it will not, the output does. */
async function giveWay(files: DiskFiles, path: string, original: string): Promise<void> {
  try {
    await files.unlink(original);
  } catch (error) {
    await files.unlink(path);
    throw error;
  }
}
