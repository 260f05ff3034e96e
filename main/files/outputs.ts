import { lstat } from 'node:fs/promises';
import { sourceAddress, type Source } from '../../contract/batch.ts';
import { MillraceError } from '../../contract/errors.ts';
import type { OutputPlace } from '../../contract/recipe.ts';
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

/** What a reservation stands for now: its number rises when somebody else takes its name on the disk. */
interface Held {
  readonly name: OutputName;
  readonly number: number;
  readonly path: string;
}

/** Gives out names that nobody has, neither on disk nor among the jobs in work, and writes whole files to them. */
export function createOutputs({ workingFolder = process.cwd(), files }: OutputsOptions = {}): OutputWriter {
  const reserved = new Set<string>();
  const held = new Map<Reservation, Held>();
  /** By the place of a batch, whose object lives as long as the batch: which source each name was meant for. */
  const meant = new WeakMap<OutputPlace, Map<string, string>>();

  /** The first free name from a number on, reserved. */
  async function take(name: OutputName, from: number): Promise<Held> {
    for (let number = from; ; number += 1) {
      const path = numbered(name, number);
      if (await tryTake(path)) return { name, number, path };
    }
  }

  async function tryTake(path: string): Promise<boolean> {
    const key = keyOf(path);
    if (reserved.has(key)) return false;
    // Reserved while we look, so that nobody else is given it meanwhile.
    reserved.add(key);
    let isFree = false;
    try {
      isFree = !(await exists(path));
    } finally {
      if (!isFree) reserved.delete(key);
    }
    return isFree;
  }

  /**
   * The number that is this source's in its batch: the same whenever the batch is run again, so that `skip` finds
   * what the source itself became and not what another of the same name did.
   */
  function ownNumber(source: Source, name: OutputName, place: OutputPlace): number {
    const owners = meant.get(place) ?? new Map<string, string>();
    meant.set(place, owners);
    const address = sourceAddress(source);
    for (let number = 1; ; number += 1) {
      const key = keyOf(numbered(name, number));
      // A source is not its own output.
      if (key === keyOf(address)) continue;
      const owner = owners.get(key) ?? address;
      if (owner !== address) continue;
      owners.set(key, address);
      return number;
    }
  }

  function hold(taken: Held): Reservation {
    const reservation = { path: taken.path, skip: false };
    held.set(reservation, taken);
    return reservation;
  }

  return {
    async reserve(source, head, format, place) {
      if (place.place === 'in-place') {
        throw new MillraceError(
          'replace-refused',
          `${sourceAddress(source)} is not replaced: that comes with undo, which is not there yet. Choose a folder or a suffix.`,
        );
      }
      const name = outputName(source, head.stem, format, place, workingFolder);
      if (place.existing === 'rename') return hold(await take(name, 1));
      const number = ownNumber(source, name, place);
      const path = numbered(name, number);
      if (!reserved.has(keyOf(path)) && (await exists(path))) return { path, skip: true };
      return hold(await take(name, number));
    },
    async commit(reservation, bytes, { modifiedMs, signal }) {
      for (;;) {
        const current = held.get(reservation);
        if (current === undefined)
          throw new MillraceError('internal', `${reservation.path} is not reserved.`);
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
          const next = await take(current.name, current.number + 1);
          reserved.delete(keyOf(current.path));
          held.set(reservation, next);
        }
      }
    },
    release(reservation) {
      const current = held.get(reservation);
      held.delete(reservation);
      // A name that was written is found on disk from now on.
      if (current !== undefined) reserved.delete(keyOf(current.path));
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
