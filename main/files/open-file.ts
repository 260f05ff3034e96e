import { constants, type BigIntStats } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { MillraceError } from '../../contract/errors.ts';

/** Without O_NONBLOCK, opening a fifo waits for a writer that may never come. */
export async function openFile(path: string): Promise<FileHandle> {
  return open(path, constants.O_RDONLY | (constants.O_NONBLOCK || 0));
}

/** @throws MillraceError `source-not-a-file`: a device or a fifo has no end to wait for */
export async function statFile(file: FileHandle, path: string): Promise<BigIntStats> {
  const stats = await file.stat({ bigint: true });
  if (!stats.isFile()) throw notAFile(path);
  return stats;
}

/** So few bytes that even a slow disk soon lets go when they are not wanted any more. */
const pieceBytes = 2 ** 20;

/**
 * At most `length` bytes from `from` on; fewer where the file ends.
 *
 * @param signal rejects between two pieces
 */
export async function readPart(
  file: FileHandle,
  from: number,
  length: number,
  signal?: AbortSignal,
): Promise<Uint8Array> {
  const bytes = Buffer.allocUnsafeSlow(length);
  let filled = 0;
  while (filled < length) {
    const piece = Math.min(pieceBytes, length - filled);
    const { bytesRead } = await file.read(bytes, filled, piece, from + filled);
    signal?.throwIfAborted();
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return new Uint8Array(bytes.buffer, 0, filled);
}

export function notAFile(path: string): MillraceError {
  return new MillraceError(
    'source-not-a-file',
    `${path} is not a file (a device, a pipe or a socket). Remove it from the batch.`,
  );
}
