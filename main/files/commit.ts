import { link, mkdir, open, rename, unlink, type FileHandle } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { cancelled } from '../../contract/errors.ts';
import { destinationError, hasCode } from './file-errors.ts';
import { temporaryName } from './temporary-name.ts';

/** What a commit does to a file system. Its own interface, so that every step can be made to fail. */
export interface CommitFiles {
  readonly mkdir: (path: string, options: { recursive: true }) => Promise<unknown>;
  readonly open: (path: string, flags: string) => Promise<FileHandle>;
  readonly link: (from: string, to: string) => Promise<void>;
  readonly rename: (from: string, to: string) => Promise<void>;
  readonly unlink: (path: string) => Promise<void>;
}

const realFiles: CommitFiles = { mkdir, open, link, rename, unlink };

/** The name was free when it was given and is not any more. Nothing has been written. */
export class NameTaken extends Error {
  override readonly name = 'NameTaken';
}

export interface CommitOptions {
  /** Modified time of the result, milliseconds since the epoch. */
  readonly modifiedMs: number | undefined;
  readonly signal: AbortSignal;
  readonly files?: CommitFiles;
}

/**
 * Writes a whole file or nothing, and never over another: a temporary file in the same folder, flushed to the disk,
 * then given its name, then the folder flushed.
 *
 * @throws NameTaken; MillraceError `destination-*`, `name-too-long`, naming the path; nothing is left behind
 */
export async function commitFile(path: string, bytes: Uint8Array, options: CommitOptions): Promise<void> {
  const { modifiedMs, signal, files = realFiles } = options;
  const folder = dirname(path);
  const temporary = join(folder, temporaryName());
  try {
    signal.throwIfAborted();
    await files.mkdir(folder, { recursive: true });
    await writeTemporary(files, temporary, bytes, modifiedMs, signal);
    await undoing(files, temporary, async () => {
      signal.throwIfAborted();
      await giveName(files, temporary, path);
    });
    await undoing(files, path, () => flushFolder(files, folder));
  } catch (error) {
    if (error instanceof NameTaken) throw error;
    throw signal.aborted ? cancelled(error) : destinationError(error, path);
  }
}

/** Does a step; where it fails, the file that led to it goes. */
async function undoing(files: CommitFiles, path: string, step: () => Promise<void>): Promise<void> {
  try {
    await step();
  } catch (error) {
    // The step's error is the one to tell; a temporary file that will not go is known as ours by its name.
    await files.unlink(path).catch(() => undefined);
    throw error;
  }
}

async function writeTemporary(
  files: CommitFiles,
  path: string,
  bytes: Uint8Array,
  modifiedMs: number | undefined,
  signal: AbortSignal,
): Promise<void> {
  const file = await files.open(path, 'wx');
  await undoing(files, path, async () => {
    try {
      await file.writeFile(bytes, { signal });
      await setModified(file, modifiedMs);
      await file.sync();
    } finally {
      await file.close();
    }
  });
}

async function setModified(file: FileHandle, modifiedMs: number | undefined): Promise<void> {
  if (modifiedMs === undefined) return;
  // Node takes a number before 1970 for "now", and a date to the millisecond only.
  const modified = modifiedMs < 0 ? new Date(modifiedMs) : modifiedMs / 1000;
  try {
    await file.utimes(modified, modified);
  } catch (error) {
    // A disk that cannot hold this date (FAT knows none before 1980) is no reason to lose the picture.
    if (!hasCode(error, 'EINVAL', 'EPERM', 'ENOSYS', 'ENOTSUP', 'EOPNOTSUPP')) throw error;
  }
}

/** What disks without hard links say of one. Windows calls a function that a disk does not have EISDIR. */
const noLinks = ['EPERM', 'EACCES', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK', 'EXDEV', 'EINVAL', 'EISDIR'];

/** `link` fails where the name is taken, which `rename` on POSIX does not. */
async function giveName(files: CommitFiles, temporary: string, path: string): Promise<void> {
  try {
    await files.link(temporary, path);
  } catch (error) {
    if (hasCode(error, 'EEXIST')) throw new NameTaken(path);
    if (!hasCode(error, ...noLinks)) throw error;
    await claimAndRename(files, temporary, path);
    return;
  }
  await undoing(files, path, () => files.unlink(temporary));
}

/**
 * For disks without hard links (FAT, exFAT, many network drives): an empty file claims the name, since creating it
 * exclusively is what those disks can do, and the rename then replaces nothing but our own claim.
 */
async function claimAndRename(files: CommitFiles, temporary: string, path: string): Promise<void> {
  try {
    const claim = await files.open(path, 'wx');
    await claim.close();
  } catch (error) {
    if (hasCode(error, 'EEXIST')) throw new NameTaken(path);
    throw error;
  }
  await undoing(files, path, () => files.rename(temporary, path));
}

/** Without this a power cut may forget the name although the bytes are safe. Not every system opens folders. */
async function flushFolder(files: CommitFiles, folder: string): Promise<void> {
  let handle: FileHandle;
  try {
    handle = await files.open(folder, 'r');
  } catch (error) {
    if (hasCode(error, 'EISDIR', 'EACCES', 'EPERM', 'ENOTSUP')) return;
    throw error;
  }
  try {
    await handle.sync();
  } catch (error) {
    if (!hasCode(error, 'EINVAL', 'EPERM', 'ENOTSUP', 'EBADF')) throw error;
  } finally {
    await handle.close();
  }
}
