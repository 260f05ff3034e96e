import { rm } from 'node:fs/promises';
import { join, parse } from 'node:path';
import filenamify from 'filenamify';
import { formatTraits } from '../../contract/formats.ts';
import { sniffFormat, sniffLength } from '../../contract/sniff.ts';
import { saveFile } from '../files/commit.ts';
import { NameTaken } from '../files/durable.ts';

/** Pictures of one batch that came without a file, written to a folder of ours until the batch leaves the window. */
export interface DroppedPictures {
  /** Writes one and gives its path. @throws MillraceError `destination-*`, `cancelled` after `clear` */
  keep(name: string, bytes: Uint8Array): Promise<string>;
  has(path: string): boolean;
  /** Removes what was kept, and nothing else that may be in the folder; for good. */
  clear(): Promise<void>;
}

export function createDroppedPictures(folder: string): DroppedPictures {
  const kept = new Set<string>();
  const writing = new Set<Promise<string>>();
  const over = new AbortController();

  async function write(name: string, bytes: Uint8Array): Promise<string> {
    const { stem, extension } = safeName(name, bytes);
    for (let number = 1; ; number += 1) {
      const path = join(folder, `${stem}${number === 1 ? '' : ` (${String(number)})`}${extension}`);
      try {
        await saveFile(path, bytes, over.signal);
        kept.add(path);
        return path;
      } catch (error) {
        if (!(error instanceof NameTaken)) throw error;
      }
    }
  }

  return {
    async keep(name, bytes) {
      const written = write(name, bytes);
      writing.add(written);
      try {
        return await written;
      } finally {
        writing.delete(written);
      }
    },
    has: (path) => kept.has(path),
    async clear() {
      over.abort();
      await Promise.allSettled(writing);
      await Promise.all([...kept].map((path) => rm(path, { force: true })));
    },
  };
}

const maxLength = 100;

/** Whatever the page calls it: one name without a way out of the folder, with the extension of what is inside. */
function safeName(name: string, bytes: Uint8Array): { stem: string; extension: string } {
  const last = parse(name.split(/[\\/]/).at(-1) ?? '');
  const stem = filenamify(last.name, { replacement: '_', maxLength }).replace(/^\.+|[. ]+$/g, '');
  const format = sniffFormat(bytes.subarray(0, sniffLength));
  const isWritten = format !== undefined && format !== 'svg' && format !== 'heic';
  const extension = isWritten ? formatTraits[format].extensions[0] : format;
  return { stem: stem === '' ? 'picture' : stem, extension: extension === undefined ? '' : `.${extension}` };
}
