import { createHash } from 'node:crypto';
import type { BigIntStats } from 'node:fs';
import { copyFile, link, mkdir, open, rename, stat, unlink, type FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import { MillraceError } from '../../contract/errors.ts';
import { giveBack } from '../../contract/give-back.ts';
import type { FileTraits } from '../engine/world.ts';
import { carryAttributes, type CarriedAttributes } from './attributes.ts';
import { hasCode } from './file-errors.ts';

/** What is done to a file system. Its own interface, so that every step can be made to fail. */
export interface DiskFiles {
  readonly mkdir: (path: string, options: { recursive: true }) => Promise<string | undefined>;
  readonly open: (path: string, flags: string, mode?: number) => Promise<FileHandle>;
  readonly stat: (path: string) => Promise<BigIntStats>;
  readonly link: (from: string, to: string) => Promise<void>;
  readonly rename: (from: string, to: string) => Promise<void>;
  readonly unlink: (path: string) => Promise<void>;
  readonly copyFile: (from: string, to: string, mode: number) => Promise<void>;
  readonly carryAttributes: (from: string, to: string) => Promise<CarriedAttributes>;
}

export const realFiles: DiskFiles = {
  mkdir,
  open,
  stat: (path) => stat(path, { bigint: true }),
  link,
  rename,
  unlink,
  copyFile,
  carryAttributes,
};

/** The name was free when it was given and is not any more. Nothing has been written. */
export class NameTaken extends Error {
  override readonly name = 'NameTaken';
}

/** Does a step; where it fails, the file that led to it goes. */
export async function undoing<T>(files: DiskFiles, path: string, step: () => Promise<T>): Promise<T> {
  try {
    return await step();
  } catch (error) {
    // The step's error is the one to tell; a temporary file that will not go is known as ours by its name.
    await files.unlink(path).catch(() => undefined);
    throw error;
  }
}

/** Makes a folder with those above it, so that they are still there after a power cut. */
export async function makeFolder(files: DiskFiles, folder: string): Promise<void> {
  const first = await files.mkdir(folder, { recursive: true });
  if (first === undefined) return;
  for (let made = folder; ; made = dirname(made)) {
    await flushFolder(files, dirname(made));
    if (made === first || dirname(made) === made) return;
  }
}

export interface TemporaryOptions extends FileTraits {
  /** Whether its folder is made where there is none. */
  readonly makesFolder: boolean;
  readonly signal: AbortSignal;
}

/** What should be in a file. */
export interface Content {
  readonly bytes: Uint8Array;
  /** Of its bytes, hexadecimal. Where it is given, what the disk gives back must have it. */
  readonly sha256?: string;
}

/** A file as it was stored. */
export interface Stored {
  /** What became of the extended attributes it was to get. */
  readonly attributes: CarriedAttributes | undefined;
  readonly stats: BigIntStats;
}

/**
 * Writes a new file, flushes it to the disk and reads it back. Nothing is left where that fails, but a folder that was made
 * for it.
 *
 * @param name what it is for, for a person
 * @throws MillraceError `destination-unwritable` when the disk gives back other bytes than it was given
 */
export async function writeTemporary(
  files: DiskFiles,
  path: string,
  { bytes, sha256 }: Content,
  { modifiedMs, createdMs, mode, attributesFrom, makesFolder, signal }: TemporaryOptions,
  name: string,
): Promise<Stored> {
  // Until it has its own permissions it is nobody else's to read, if it is to have any.
  const create = (): Promise<FileHandle> =>
    files.open(path, newFile, mode === undefined ? undefined : ownersOnly);
  const file = await (makesFolder ? inFolder(files, dirname(path), create) : create());
  return undoing(files, path, async () => {
    let attributes: CarriedAttributes | undefined;
    try {
      await file.writeFile(bytes, { signal });
      // Before its permissions, which may let nobody change it.
      if (attributesFrom !== undefined) attributes = await files.carryAttributes(attributesFrom, path);
      await setMode(file, mode);
      // There a file was made when it was changed, if that is said to have been before.
      if (process.platform === 'darwin') await setModified(file, createdMs);
      await setModified(file, modifiedMs);
      await file.sync();
      if (sha256 !== undefined && (await hashOf(file, bytes.byteLength)) !== sha256) throw badlyStored(name);
    } finally {
      await file.close();
    }
    // Looked at once it is closed: some systems say only then when it was changed.
    const stats = await files.stat(path);
    if (stats.size !== BigInt(bytes.byteLength)) throw badlyStored(name);
    return { attributes, stats };
  });
}

/** A file that is not there yet, to write and to read back. */
const newFile = 'wx+';

function badlyStored(name: string): MillraceError {
  return new MillraceError(
    'destination-unwritable',
    `${name} was not stored as it was written: its disk gave back other bytes. Check the disk, or choose another folder.`,
    { retriable: true },
  );
}

const ownersOnly = 0o600;

/** Makes a folder where a step misses it. Most are there: looking first would cost every file two calls. */
async function inFolder<T>(files: DiskFiles, folder: string, step: () => Promise<T>): Promise<T> {
  try {
    return await step();
  } catch (error) {
    if (!hasCode(error, 'ENOENT')) throw error;
  }
  await makeFolder(files, folder);
  return await step();
}

/** What a disk says that does not know such a thing; no reason to lose the picture. */
const unknownToDisk = ['EINVAL', 'EPERM', 'ENOSYS', 'ENOTSUP', 'EOPNOTSUPP'];

async function setMode(file: FileHandle, mode: number | undefined): Promise<void> {
  // Windows knows a read-only mark alone, and lets nobody rename what has it.
  if (mode === undefined || process.platform === 'win32') return;
  try {
    await file.chmod(mode);
  } catch (error) {
    if (!hasCode(error, ...unknownToDisk)) throw error;
  }
}

async function setModified(file: FileHandle, modifiedMs: number | undefined): Promise<void> {
  if (modifiedMs === undefined) return;
  try {
    await file.utimes(timeOf(modifiedMs), timeOf(modifiedMs));
  } catch (error) {
    // FAT knows no date before 1980.
    if (!hasCode(error, ...unknownToDisk)) throw error;
  }
}

/**
 * A time as Node's file system takes it, from milliseconds since the epoch: it takes a number before 1970 for "now", and
 * a date to the millisecond only.
 */
export function timeOf(ms: number): number | Date {
  return ms < 0 ? new Date(ms) : ms / 1000;
}

/** Pieces so small that hashing one does not hold up the event loop. */
const pieceBytes = 256 * 1024;

/** SHA-256 of a file, hexadecimal. Rejects with the system's error. */
export async function digestOf(path: string, files: DiskFiles = realFiles): Promise<string> {
  const file = await files.open(path, 'r');
  try {
    return await hashOf(file);
  } finally {
    await file.close();
  }
}

/** SHA-256 of an open file from its beginning, hexadecimal, read in pieces: of so many bytes, or of all there are. */
export async function hashOf(file: FileHandle, length = Number.POSITIVE_INFINITY): Promise<string> {
  const hash = createHash('sha256');
  const piece = Buffer.allocUnsafeSlow(Math.min(pieceBytes, length));
  for (let position = 0; position < length;) {
    const { bytesRead } = await file.read(piece, 0, Math.min(piece.length, length - position), position);
    if (bytesRead === 0) break;
    hash.update(piece.subarray(0, bytesRead));
    position += bytesRead;
  }
  giveBack(piece);
  return hash.digest('hex');
}

/** Removes a file, if there is one. */
export async function discard(files: DiskFiles, path: string): Promise<void> {
  try {
    await files.unlink(path);
  } catch (error) {
    if (!hasCode(error, 'ENOENT', 'ENOTDIR')) throw error;
  }
}

/** What disks without hard links say of one. Windows calls a function that a disk does not have EISDIR. */
const noLinks = [...unknownToDisk, 'EACCES', 'EMLINK', 'EXDEV', 'EISDIR'];

/** Whether hard links are what failed, and not the disk. */
export function isWithoutLinks(error: unknown): boolean {
  return hasCode(error, ...noLinks);
}

/**
 * Gives a temporary file its name, and never that of another: `link` fails where the name is taken, which `rename` on
 * POSIX does not.
 *
 * @throws NameTaken
 */
export async function giveName(files: DiskFiles, temporary: string, path: string): Promise<void> {
  try {
    await files.link(temporary, path);
  } catch (error) {
    if (hasCode(error, 'EEXIST')) throw new NameTaken(path);
    if (!isWithoutLinks(error)) throw error;
    await claimAndRename(files, temporary, path);
    return;
  }
  await undoing(files, path, () => files.unlink(temporary));
}

/**
 * For disks without hard links (FAT, exFAT, many network drives): an empty file claims the name, since creating it
 * exclusively is what those disks can do, and the rename then replaces nothing but our own claim.
 */
async function claimAndRename(files: DiskFiles, temporary: string, path: string): Promise<void> {
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
export async function flushFolder(files: DiskFiles, folder: string): Promise<void> {
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
