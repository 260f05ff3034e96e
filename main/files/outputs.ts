import { lstat } from 'node:fs/promises';
import { MillraceError } from '../../contract/errors.ts';
import type { OutputWriter, Reservation } from '../engine/world.ts';
import { commitFile, NameTaken, type CommitFiles } from './commit.ts';
import { destinationError, hasCode } from './file-errors.ts';
import { numbered, outputName, type OutputName } from './output-name.ts';

export interface OutputsOptions {
  /** Where outputs of links go when no folder is named; the process' own folder by default. */
  readonly workingFolder?: string;
  /** The file system; tests hand in failing ones. */
  readonly files?: CommitFiles;
}

interface Held extends Reservation {
  readonly name: OutputName;
  readonly number: number;
  readonly key: string;
}

/** Gives out names that nobody has, neither on disk nor among the jobs in work, and writes whole files to them. */
export function createOutputs({ workingFolder = process.cwd(), files }: OutputsOptions = {}): OutputWriter {
  const reserved = new Set<string>();
  const held = new Map<Reservation, Held>();

  async function take(name: OutputName, from: number): Promise<Held> {
    for (let number = from; ; number += 1) {
      const path = numbered(name, number);
      const key = keyOf(path);
      if (reserved.has(key)) continue;
      // Held while we look, so that nobody else is given it meanwhile.
      reserved.add(key);
      if (!(await exists(path))) return { path, skip: false, name, number, key };
      reserved.delete(key);
    }
  }

  return {
    async reserve(source, head, format, place) {
      if (place.place === 'in-place') {
        throw new MillraceError(
          'replace-refused',
          'Replacing originals comes with undo, which is not there yet. Choose a folder or a suffix.',
        );
      }
      const name = outputName(source, head.stem, format, place, workingFolder);
      const first = numbered(name, 1);
      if (place.existing === 'skip' && !reserved.has(keyOf(first)) && (await exists(first))) {
        return { path: first, skip: true };
      }
      const reservation = await take(name, 1);
      held.set(reservation, reservation);
      return reservation;
    },
    async commit(reservation, bytes, { modifiedMs, signal }) {
      let current = held.get(reservation);
      if (current === undefined) throw new MillraceError('internal', `${reservation.path} was not reserved.`);
      for (;;) {
        try {
          await commitFile(current.path, bytes, {
            modifiedMs,
            signal,
            ...(files === undefined ? {} : { files }),
          });
          return current.path;
        } catch (error) {
          if (!(error instanceof NameTaken)) throw error;
          // Somebody else made a file of that name while the worker was busy.
          reserved.delete(current.key);
          current = await take(current.name, current.number + 1);
          held.set(reservation, current);
        }
      }
    },
    release(reservation) {
      const current = held.get(reservation);
      held.delete(reservation);
      // A name that was written is found on disk from now on.
      if (current !== undefined) reserved.delete(current.key);
    },
  };
}

/** The next disk may not tell case apart, nor the two ways to write an umlaut (Unicode annex 15). */
function keyOf(path: string): string {
  return path.normalize('NFC').toLowerCase();
}

/** A broken link holds its name too. */
async function exists(path: string): Promise<boolean> {
  try {
    await lstat(path);
    return true;
  } catch (error) {
    if (hasCode(error, 'ENOENT', 'ENOTDIR')) return false;
    throw destinationError(error, path);
  }
}
