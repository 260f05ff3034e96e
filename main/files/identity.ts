import type { BigIntStats } from 'node:fs';
import { opendir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { hashOf, realFiles, type DiskFiles } from './durable.ts';
import { hasCode } from './file-errors.ts';

/**
 * What tells that a file is still the same: device, file number, size and time of the last change of its content.
 * Renaming keeps it.
 */
export function identityOf({ dev, ino, size, mtimeNs }: BigIntStats): string {
  return [dev, ino, size, mtimeNs].map(String).join(':');
}

/** Undefined when there is nothing, or no file, at this path. */
export async function identityAt(path: string, files: DiskFiles = realFiles): Promise<string | undefined> {
  const stats = await statAt(path, files);
  return stats?.isFile() === true ? identityOf(stats) : undefined;
}

/** A file as it was when it was read: these bytes under this identity. */
export interface Seen {
  readonly identity: string;
  /** Of its bytes, hexadecimal. */
  readonly sha256: string;
}

/** Undefined when there is nothing, or no file, at this path. Rejects with the system's error, or when it is being written to. */
export async function look(path: string, files: DiskFiles): Promise<Seen | undefined> {
  try {
    const file = await files.open(path, 'r');
    try {
      const identity = identityOf(await file.stat({ bigint: true }));
      const sha256 = await hashOf(file);
      if (identityOf(await file.stat({ bigint: true })) === identity) return { identity, sha256 };
    } finally {
      await file.close();
    }
  } catch (error) {
    if (hasCode(error, 'ENOENT', 'ENOTDIR', 'EISDIR')) return undefined;
    throw error;
  }
  throw new Error(`${path} is being written to`);
}

/**
 * Whether the disk of a folder may not be connected: where the folder should be is another device than the one that a file
 * in it was on. That nothing is found there says nothing then. A folder that was removed leaves its device behind; one that
 * has something in it is no empty place for a disk, but a disk that has got another number.
 *
 * @param identity of a file that was in the folder
 */
export async function isAway(folder: string, identity: string, files: DiskFiles): Promise<boolean> {
  const [device] = identity.split(':');
  for (let at = folder; ; at = dirname(at)) {
    const stats = await statAt(at, files);
    if (stats !== undefined)
      return String(stats.dev) !== device && !(at === folder && (await hasEntries(at)));
    // A drive of Windows that is not there.
    if (dirname(at) === at) return true;
  }
}

/** Reads no more of a folder than its first name. Rejects with the system's error. */
export async function hasEntries(path: string): Promise<boolean> {
  const folder = await opendir(path);
  try {
    return (await folder.read()) !== null;
  } finally {
    await folder.close();
  }
}

/** An empty file has nothing to lose: on a disk without hard links it claims a name, and may be left over. */
export async function isEmptyAt(path: string, files: DiskFiles): Promise<boolean> {
  const stats = await statAt(path, files);
  return stats?.isFile() === true && stats.size === 0n;
}

export async function isFolder(path: string, files: DiskFiles): Promise<boolean> {
  return (await statAt(path, files))?.isDirectory() === true;
}

async function statAt(path: string, files: DiskFiles): Promise<BigIntStats | undefined> {
  try {
    return await files.stat(path);
  } catch (error) {
    if (hasCode(error, 'ENOENT', 'ENOTDIR')) return undefined;
    throw error;
  }
}
