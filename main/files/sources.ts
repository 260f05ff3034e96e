import type { FileHandle } from 'node:fs/promises';
import { parse } from 'node:path';
import type { Source } from '../../contract/batch.ts';
import { cancelled, MillraceError } from '../../contract/errors.ts';
import type { SourceHead, SourceReader } from '../engine/world.ts';
import { sourceError } from './file-errors.ts';
import { identityAt, identityOf } from './identity.ts';
import { openFile, readPart, statFile } from './open-file.ts';
import { framesLength, hidesFrames } from './frame-count.ts';
import { describeHead, headLength, longHeadLength, type KnownOfHead } from './picture-head.ts';
import { directoryLength, tiffDirectory } from './tiff-directory.ts';

/** What fits in one buffer of the slowest of our libraries. */
const maxBytes = 2n ** 31n;

/** A source as it was when its header was read. */
interface SeenFile {
  readonly identity: string;
  readonly bytes: number;
}

/** Sources that are files. Remembers what `head` saw, so that `read` can tell that it is still the same. */
export function createFileSources(): SourceReader {
  const seen = new Map<Source, SeenFile>();

  return {
    async head(source, signal) {
      const path = pathOf(source);
      try {
        signal.throwIfAborted();
        await using file = await openFile(path);
        const stats = await statFile(file, path);
        if (stats.size === 0n)
          throw new MillraceError('empty-file', `${path} is empty. Copy it again from where it came.`);
        if (stats.size > maxBytes)
          throw new MillraceError(
            'source-too-large',
            `${path} is larger than 2 GB, more than a picture can be here.`,
          );
        const identity = identityOf(stats);
        seen.set(source, { identity, bytes: Number(stats.size) });
        return await readHead(file, {
          bytes: Number(stats.size),
          stem: parse(path).name,
          modifiedMs: Number(stats.mtimeNs / 1000n) / 1000,
          mode: Number(stats.mode & 0o777n),
          createdMs: Number(stats.birthtimeNs / 1000n) / 1000,
          identity,
        });
      } catch (error) {
        throw signal.aborted ? cancelled(error) : sourceError(error, path);
      }
    },
    async read(source, signal) {
      const path = pathOf(source);
      try {
        signal.throwIfAborted();
        const before = seen.get(source);
        await using file = await openFile(path);
        const bytes = await readPart(file, 0, before?.bytes ?? 0, signal);
        // Looked at afterwards: somebody may have written while we read, or long before.
        const after = identityOf(await statFile(file, path));
        if (before?.identity !== after || bytes.byteLength !== before.bytes) throw changed(path);
        return bytes;
      } catch (error) {
        throw signal.aborted ? cancelled(error) : sourceError(error, path);
      }
    },
    async unchanged(source) {
      const path = pathOf(source);
      if ((await identityAt(path)) !== seen.get(source)?.identity) throw changed(path);
    },
    release(source) {
      seen.delete(source);
    },
  };
}

/**
 * Reads as little as tells the size and how many frames there are: the beginning, then more of it, or the place where a
 * TIFF says it.
 */
async function readHead(file: FileHandle, known: KnownOfHead): Promise<SourceHead> {
  const bytes = await readPart(file, 0, Math.min(headLength, known.bytes));
  const head = describeHead(bytes, known);
  if (hidesFrames(bytes, head.format) && known.bytes > headLength) {
    return describeHead(await readPart(file, 0, Math.min(framesLength, known.bytes)), known);
  }
  if (head.format === 'tiff' && (head.width === undefined || head.bitDepth === undefined)) {
    const directory = tiffDirectory(bytes);
    if (directory === undefined) return head;
    const fields = await readPart(file, directory.at, directoryLength);
    return { ...head, ...directory.sizeIn(fields), bitDepth: directory.bitDepthIn(fields) };
  }
  if (head.format === undefined || head.width !== undefined) return head;
  if (head.format !== 'jpeg' || known.bytes <= headLength) return head;
  return describeHead(await readPart(file, 0, Math.min(longHeadLength, known.bytes)), known);
}

function changed(path: string): MillraceError {
  return new MillraceError(
    'source-changed',
    `${path} was changed while it waited. Add it again when nobody writes to it.`,
    { retriable: true },
  );
}

function pathOf(source: Source): string {
  if (source.kind === 'file') return source.path;
  throw new MillraceError('internal', `${source.url} is not a file.`);
}
