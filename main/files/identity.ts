import type { BigIntStats } from 'node:fs';
import { realFiles, type DiskFiles } from './durable.ts';
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
  try {
    const stats = await files.stat(path);
    return stats.isFile() ? identityOf(stats) : undefined;
  } catch (error) {
    if (hasCode(error, 'ENOENT', 'ENOTDIR')) return undefined;
    throw error;
  }
}
