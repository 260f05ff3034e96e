import { constants, type Stats } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { MillraceError } from '../../contract/errors.ts';

/** A file as it was when its beginning was read. */
export interface FileHead {
  readonly bytes: Uint8Array;
  readonly stats: Stats;
}

/**
 * Opens a file and reads at most `length` bytes from its start. What is not a file is refused before it could block:
 * a fifo has no end to wait for.
 *
 * @throws whatever the system says; MillraceError `source-not-a-file`
 */
export async function readHead(path: string, length: number): Promise<FileHead> {
  await using file = await openFile(path);
  const stats = await statFile(file, path);
  const bytes = new Uint8Array(Math.min(length, stats.size));
  let filled = 0;
  while (filled < bytes.length) {
    const { bytesRead } = await file.read(bytes, filled, bytes.length - filled, filled);
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return { bytes: bytes.subarray(0, filled), stats };
}

/** Without O_NONBLOCK, opening a fifo waits for a writer that may never come. */
export async function openFile(path: string): Promise<FileHandle> {
  return open(path, constants.O_RDONLY | (constants.O_NONBLOCK || 0));
}

export async function statFile(file: FileHandle, path: string): Promise<Stats> {
  const stats = await file.stat();
  if (!stats.isFile()) throw notAFile(path);
  return stats;
}

export function notAFile(path: string): MillraceError {
  return new MillraceError(
    'source-not-a-file',
    `${path} is not a file (a device, a pipe or a socket). Remove it from the batch.`,
  );
}
