import { randomBytes } from 'node:crypto';
import { constants, type BigIntStats } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { MillraceError } from '../../contract/errors.ts';
import { cutName } from './output-name.ts';
import {
  digestOf,
  flushFolder,
  isWithoutLinks,
  makeFolder,
  timeOf,
  undoing,
  type DiskFiles,
} from './durable.ts';
import { hasCode } from './file-errors.ts';
import { hasEntries, identityOf } from './identity.ts';

/** Where originals are kept that an output took the place of. */
export interface BackupPlace {
  readonly folder: string;
  /** Who keeps them: one folder for each run. */
  readonly run: string;
  readonly now: () => Date;
  /** Whether backups were kept in the folder before, and are still. */
  readonly holdsSome: () => boolean;
}

const folderPattern = /^millrace-backups-\d{4}-\d\d-\d\d-[0-9a-f]{8}$/;

/** Originals that lie in such a folder are nobody's to make smaller, whoever made it and wherever it was moved to. */
export function isBackupFolder(name: string): boolean {
  return folderPattern.test(name);
}

/** A path for a backup: a folder of the day and the run, and a name by which a person finds it without the store. */
export function backupPath({ folder, run, now }: BackupPlace, original: string): string {
  const day = now().toISOString().slice(0, 10);
  const name = `${randomBytes(4).toString('hex')}-${basename(original)}`;
  return join(folder, `millrace-backups-${day}-${run.slice(0, 8)}`, cutName(name));
}

/** Whether a folder of backups may be on a drive that is not connected: it is gone, or empty as a place for a drive is. */
export async function isOutOfReach(folder: string): Promise<boolean> {
  try {
    return !(await hasEntries(folder));
  } catch (error) {
    if (hasCode(error, 'ENOENT', 'ENOTDIR')) return true;
    throw error;
  }
}

/**
 * Backups that were made there before are not there any more: a new folder of that name would be another one, and hidden by
 * the drive when that is back.
 *
 * @throws MillraceError `replace-refused`
 */
export async function assertInReach({ folder, holdsSome }: BackupPlace, original: string): Promise<void> {
  if (!(await isOutOfReach(folder)) || !holdsSome()) return;
  throw new MillraceError(
    'replace-refused',
    `${original} is not replaced, because the folder of backups ${folder} is not there, or empty, and there were some in it. Connect its drive, or choose another folder for them.`,
    { retriable: true },
  );
}

/**
 * Keeps an original: a second name for the same file where the disk can do that, else a copy that is flushed and compared.
 * A file that has other names already is copied, since whoever writes to it under one of those would write to the backup.
 *
 * @param identity of the original, as it was when it was read
 * @param sha256 of its bytes then, hexadecimal
 * @throws MillraceError `source-changed` when the backup is not what was read; nothing is left then
 */
export async function keepBackup(
  files: DiskFiles,
  original: string,
  backup: string,
  { identity, sha256 }: { readonly identity: string; readonly sha256: string },
): Promise<void> {
  await makeFolder(files, dirname(backup));
  const isLinked = await tryLink(files, original, backup);
  await undoing(files, backup, async () => {
    if (isLinked) {
      if (identityOf(await files.stat(backup)) !== identity) throw changed(original);
    } else {
      await copy(files, original, backup);
      if ((await digestOf(backup, files)) !== sha256) throw changed(original);
    }
    await flushFolder(files, dirname(backup));
  });
}

async function tryLink(files: DiskFiles, original: string, backup: string): Promise<boolean> {
  const { nlink } = await files.stat(original);
  if (nlink > 1n) return false;
  try {
    await files.link(original, backup);
    return true;
  } catch (error) {
    if (isWithoutLinks(error)) return false;
    throw error;
  }
}

/**
 * A copy with the dates, the permissions and (where the disk keeps them) the extended attributes of the original, on the
 * disk. Never over another file.
 */
export async function copy(files: DiskFiles, from: string, to: string): Promise<void> {
  const times = await files.stat(from);
  await files.copyFile(from, to, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE);
  await undoing(files, to, () => giveTraits(files, from, to, times));
}

/** Gives a backup that was cut off behind its bytes what a copy gets after them. A second name of the original has it all. */
export async function completeBackup(files: DiskFiles, original: string, backup: string): Promise<void> {
  const [times, there] = [await files.stat(original), await files.stat(backup)];
  if (there.dev === times.dev && there.ino === times.ino) return;
  await giveTraits(files, original, backup, times);
}

async function giveTraits(
  files: DiskFiles,
  from: string,
  to: string,
  { atimeNs, mtimeNs }: BigIntStats,
): Promise<void> {
  await files.carryAttributes(from, to);
  // Flushing asks for a handle that may write, on Windows; one that may read does elsewhere, also on what is read-only.
  const file = await files.open(to, process.platform === 'win32' ? 'r+' : 'r');
  try {
    await file.utimes(timeOf(millisecondsOf(atimeNs)), timeOf(millisecondsOf(mtimeNs)));
    await file.sync();
  } finally {
    await file.close();
  }
}

/** As `mtimeMs` of Node has it: to a quarter of a microsecond, which is what a number of milliseconds since 1970 can hold. */
function millisecondsOf(nanoseconds: bigint): number {
  return Number(nanoseconds / 1_000_000n) + Number(nanoseconds % 1_000_000n) / 1e6;
}

function changed(path: string): MillraceError {
  return new MillraceError('source-changed', `${path} was changed while it was being replaced.`, {
    retriable: true,
  });
}
