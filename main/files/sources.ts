import { parse } from 'node:path';
import { imageSize } from 'image-size';
import type { Source } from '../../contract/batch.ts';
import { MillraceError } from '../../contract/errors.ts';
import { sniffFormat } from '../../contract/sniff.ts';
import type { SourceHead, SourceReader } from '../engine/world.ts';
import { sourceError } from './file-errors.ts';
import { openFile, readHead, statFile } from './read-head.ts';

/** Cameras put thumbnails and profiles before the size of a JPEG; more than this they hardly ever need. */
const headLength = 256 * 1024;
/** What fits in one buffer of the slowest of our libraries. */
const maxBytes = 2 ** 31;

interface Identity {
  readonly dev: number;
  readonly ino: number;
  readonly size: number;
  readonly mtimeMs: number;
}

/** Sources that are files. Remembers what `head` saw, so that `read` can tell that it is still the same. */
export function createFileSources(): SourceReader {
  const seen = new Map<Source, Identity>();

  return {
    async head(source, signal) {
      const path = pathOf(source);
      try {
        signal.throwIfAborted();
        const { bytes, stats } = await readHead(path, headLength);
        const { dev, ino, size, mtimeMs } = stats;
        if (size === 0)
          throw new MillraceError('empty-file', `${path} is empty. Copy it again from where it came.`);
        if (size > maxBytes)
          throw new MillraceError(
            'source-too-large',
            `${path} is larger than 2 GB, more than a picture can be here.`,
          );
        seen.set(source, { dev, ino, size, mtimeMs });
        return describeHead(bytes, { bytes: size, stem: parse(path).name, modifiedMs: mtimeMs });
      } catch (error) {
        throw sourceError(error, path);
      }
    },
    async read(source, signal) {
      const path = pathOf(source);
      try {
        await using file = await openFile(path);
        const { dev, ino, size, mtimeMs } = await statFile(file, path);
        const before = seen.get(source);
        const bytes = await file.readFile({ signal });
        const isSame =
          before?.dev === dev && before.ino === ino && before.size === size && before.mtimeMs === mtimeMs;
        if (!isSame || bytes.byteLength !== size) {
          throw new MillraceError(
            'source-changed',
            `${path} was changed while it waited. Add it again when nobody writes to it.`,
            { retriable: true },
          );
        }
        return bytes;
      } catch (error) {
        signal.throwIfAborted();
        throw sourceError(error, path);
      }
    },
    release(source) {
      seen.delete(source);
    },
  };
}

/** What the first bytes of a source tell. Never throws: what cannot be read is the worker's to judge. */
export function describeHead(
  bytes: Uint8Array,
  rest: Pick<SourceHead, 'bytes' | 'stem' | 'modifiedMs'>,
): SourceHead {
  return { ...rest, format: sniffFormat(bytes), ...sizeOf(bytes) };
}

function sizeOf(bytes: Uint8Array): Pick<SourceHead, 'width' | 'height'> {
  try {
    const { width, height } = imageSize(bytes);
    return { width, height };
  } catch {
    // The size lies further back, or the header is damaged.
    return { width: undefined, height: undefined };
  }
}

function pathOf(source: Source): string {
  if (source.kind === 'file') return source.path;
  throw new MillraceError('internal', `${source.url} is not a file.`);
}
