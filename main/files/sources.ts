import { stat, type FileHandle } from 'node:fs/promises';
import { parse } from 'node:path';
import type { Source } from '../../contract/batch.ts';
import { cancelled, MillraceError } from '../../contract/errors.ts';
import { giveBack } from '../../contract/give-back.ts';
import type { SourceHead, SourceReader } from '../engine/world.ts';
import { sourceError } from './file-errors.ts';
import { identityAt, identityOf } from './identity.ts';
import { openFile, readPart, statFile } from './open-file.ts';
import { framesLength, hidesFrames } from './frame-count.ts';
import { describeHead, headLength, longHeadLength, type KnownOfHead } from './picture-head.ts';
import { directoryLength, tiffDirectory } from './tiff-directory.ts';

/** What fits in one buffer of the slowest of our libraries. */
const maxBytes = 2n ** 31n;

/** Of small files whose head is all of them: opening them a second time costs more than keeping it until they are read. */
const maxKeptBytes = 32 * 2 ** 20;

/** A source as it was when its header was read. */
interface SeenFile {
  readonly identity: string;
  readonly bytes: number;
  /** All of it, for the first who reads it. */
  whole?: Uint8Array | undefined;
}

/** Sources that are files. Remembers what `head` saw, so that `read` can tell that it is still the same. */
export function createFileSources(): SourceReader {
  const seen = new Map<Source, SeenFile>();
  let keptBytes = 0;

  /** Whether its head is kept, being all of it. */
  function see(source: Source, file: SeenFile, head: Uint8Array): boolean {
    takeWhole(source);
    const isKept = head.byteLength === file.bytes && keptBytes + file.bytes <= maxKeptBytes;
    if (isKept) keptBytes += file.bytes;
    seen.set(source, { ...file, ...(isKept ? { whole: head } : {}) });
    return isKept;
  }

  function takeWhole(source: Source): Uint8Array | undefined {
    const file = seen.get(source);
    const whole = file?.whole;
    if (file === undefined || whole === undefined) return undefined;
    keptBytes -= file.bytes;
    file.whole = undefined;
    return whole;
  }

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
        const bytes = Number(stats.size);
        const head = await readPart(file, 0, Math.min(headLength, bytes));
        const isKept = see(source, { identity, bytes }, head);
        const known = {
          bytes,
          stem: parse(path).name,
          modifiedMs: Number(stats.mtimeNs / 1000n) / 1000,
          mode: Number(stats.mode & 0o777n),
          createdMs: Number(stats.birthtimeNs / 1000n) / 1000,
          identity,
        };
        const described = await readHead(file, head, known);
        if (!isKept) giveBack(head);
        return described;
      } catch (error) {
        throw signal.aborted ? cancelled(error) : sourceError(error, path);
      }
    },
    async read(source, signal) {
      const path = pathOf(source);
      try {
        signal.throwIfAborted();
        const before = seen.get(source);
        const whole = takeWhole(source);
        if (whole !== undefined) {
          if (before?.identity !== identityOf(await stat(path, { bigint: true }))) throw changed(path);
          signal.throwIfAborted();
          return whole;
        }
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
      takeWhole(source);
      seen.delete(source);
    },
  };
}

/**
 * Reads as little as tells the size and how many frames there are: more of the beginning, or the place where a TIFF says
 * it.
 *
 * @param bytes its beginning
 */
async function readHead(file: FileHandle, bytes: Uint8Array, known: KnownOfHead): Promise<SourceHead> {
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
