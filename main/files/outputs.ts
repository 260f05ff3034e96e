import { lstat } from 'node:fs/promises';
import { sourceAddress, type Source } from '../../contract/batch.ts';
import { MillraceError } from '../../contract/errors.ts';
import type { OutputFormat } from '../../contract/formats.ts';
import type { OutputPlace } from '../../contract/recipe.ts';
import type { OutputWriter, Reservation } from '../engine/world.ts';
import type { BackupPlace } from './backups.ts';
import { commitFile } from './commit.ts';
import { NameTaken, type DiskFiles } from './durable.ts';
import { destinationError, hasCode } from './file-errors.ts';
import { originalOf, placeOf } from './in-place.ts';
import { numbered, outputName, type OutputName } from './output-name.ts';
import { replaceOriginal, type Original } from './replace.ts';
import { anyRun } from './temporary-name.ts';

export interface OutputsOptions {
  /** Where outputs of links go when no folder is named; the process' own folder by default. */
  readonly workingFolder?: string;
  /** Who writes, 16 hexadecimal digits: later runs know what this one left behind by it. Anyone by default. */
  readonly run?: string;
  /** Where originals are kept that are replaced; without it none is. */
  readonly backups?: Omit<BackupPlace, 'run'> | undefined;
  /** The file system; tests hand in failing ones. */
  readonly files?: DiskFiles;
}

/** The name of an output in every format it may get: they differ in nothing but the extension. */
type Names = ReadonlyMap<OutputFormat, OutputName>;

/** What a reservation stands for now: its number rises when somebody else takes its name on the disk. */
interface Held {
  readonly names: Names;
  readonly number: number;
  /** The file that gives way to the output. */
  readonly original?: Original;
}

/** Gives out names that nobody has, neither on disk nor among the jobs in work, and writes whole files to them. */
export function createOutputs(options: OutputsOptions = {}): OutputWriter {
  const { workingFolder = process.cwd(), run = anyRun(), files, backups } = options;
  const reserved = new Set<string>();
  const held = new Map<Reservation, Held>();
  /** By the place of a batch, whose object lives as long as the batch: which source each name was meant for. */
  const meant = new WeakMap<OutputPlace, Map<string, string>>();

  /** The first number from one on with which the name is free in every format, reserved. */
  async function take(names: Names, from: number, original?: Original): Promise<Held> {
    for (let number = from; ; number += 1) {
      const held = { names, number, ...(original === undefined ? {} : { original }) };
      if (await tryTakeAll(pathsOf(held), original?.path)) return held;
    }
  }

  async function tryTakeAll(paths: readonly string[], own: string | undefined): Promise<boolean> {
    const taken: string[] = [];
    for (const path of paths) {
      if (await tryTake(path, own)) taken.push(path);
      else break;
    }
    if (taken.length === paths.length) return true;
    free(taken);
    return false;
  }

  function free(paths: readonly string[]): void {
    for (const path of paths) reserved.delete(keyOf(path));
  }

  /** @param own the name that is taken by the original itself, which gives way */
  async function tryTake(path: string, own: string | undefined): Promise<boolean> {
    const key = keyOf(path);
    if (reserved.has(key)) return false;
    // Reserved while we look, so that nobody else is given it meanwhile.
    reserved.add(key);
    if (path === own) return true;
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
  function ownNumber(source: Source, names: Names, place: OutputPlace): number {
    const owners = meant.get(place) ?? new Map<string, string>();
    meant.set(place, owners);
    const address = sourceAddress(source);
    for (let number = 1; ; number += 1) {
      const keys = pathsOf({ names, number }).map(keyOf);
      // A source is not its own output.
      if (keys.includes(keyOf(address))) continue;
      if (keys.some((key) => (owners.get(key) ?? address) !== address)) continue;
      for (const key of keys) owners.set(key, address);
      return number;
    }
  }

  function hold(taken: Held): Reservation {
    const [path = ''] = pathsOf(taken);
    const reservation = { path, skip: false };
    held.set(reservation, taken);
    return reservation;
  }

  return {
    async reserve(source, head, formats, place) {
      if (place.place === 'in-place') {
        if (backups === undefined) throw nowhereToKeep(source);
        const original = await originalOf(source, head);
        const names = new Map(formats.map((format) => [format, placeOf(original.path, format)]));
        return hold(await take(names, 1, original));
      }
      const names: Names = new Map(
        formats.map((format) => [format, outputName(source, head.stem, format, place, workingFolder)]),
      );
      if (place.existing === 'rename') return hold(await take(names, 1));
      const number = ownNumber(source, names, place);
      for (const path of pathsOf({ names, number })) {
        if (!reserved.has(keyOf(path)) && (await exists(path))) return { path, skip: true };
      }
      return hold(await take(names, number));
    },
    async commit(reservation, file, options) {
      const common = { ...options, run, ...(files === undefined ? {} : { files }) };
      for (;;) {
        const current = held.get(reservation);
        const name = current?.names.get(file.format);
        if (current === undefined || name === undefined)
          throw new MillraceError('internal', `${reservation.path} is not reserved.`);
        const path = numbered(name, current.number);
        const { original } = current;
        try {
          if (original === undefined || backups === undefined) {
            const attributes = await commitFile(path, file, common);
            return { path, ...(attributes === undefined ? {} : { attributes }) };
          }
          // It has nothing smaller to give way to.
          if (file.keptOriginal) return { path: original.path };
          const place = { ...backups, run };
          return { path, ...(await replaceOriginal(path, file, original, { ...common, backups: place })) };
        } catch (error) {
          if (!(error instanceof NameTaken)) throw error;
          // Somebody else made a file of that name while the worker was busy.
          const next = await take(current.names, current.number + 1, original);
          free(pathsOf(current));
          held.set(reservation, next);
        }
      }
    },
    release(reservation) {
      const current = held.get(reservation);
      held.delete(reservation);
      // A name that was written is found on disk from now on.
      if (current !== undefined) free(pathsOf(current));
    },
  };
}

function nowhereToKeep(source: Source): MillraceError {
  return new MillraceError(
    'replace-refused',
    `${sourceAddress(source)} is not replaced, because there is nowhere to keep the original for Undo. Choose a folder or a suffix.`,
  );
}

function pathsOf({ names, number }: Pick<Held, 'names' | 'number'>): string[] {
  return [...names.values()].map((name) => numbered(name, number));
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
