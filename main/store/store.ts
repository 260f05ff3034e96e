import { mkdirSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { MillraceError } from '../../contract/errors.ts';
import { connect } from './connection.ts';
import { lockFile } from './file-lock.ts';
import { migrations } from './migrations.ts';

/** What Millrace remembers from one run to the next: one SQLite file in a folder of its own. */
export interface Store {
  readonly database: DatabaseSync;
  /** Of the database. */
  readonly path: string;
  /** What a person should know about how it was opened, for instance that a damaged one was put aside. */
  readonly notice: string | undefined;
  close(): void;
}

/** Of the database in a store's folder. */
export function storePath(folder: string): string {
  return join(folder, 'millrace.db');
}

/**
 * Opens the store of a folder, and makes it or brings it up to date first. A damaged one is put aside, never deleted.
 *
 * @param now names what is put aside
 * @throws MillraceError `store-newer` when a later version of Millrace made it, `store-unusable` when the folder cannot be
 *   written to
 */
export function openStore(folder: string, now: () => Date = () => new Date()): Store {
  const path = storePath(folder);
  try {
    mkdirSync(folder, { recursive: true });
    // One after the other: who turns a new file into a database in WAL mode, or puts a damaged one aside, must be alone.
    const unlock = lockFile(join(folder, 'opening.lock'), openingPatienceMs);
    try {
      return openedOrAnew(path, now);
    } finally {
      unlock();
    }
  } catch (error) {
    throw error instanceof MillraceError ? error : unusable(path, error);
  }
}

/** The other may be checking or bringing forward a large one, milliseconds. */
const openingPatienceMs = 30_000;

function openedOrAnew(path: string, now: () => Date): Store {
  try {
    return opened(path, undefined);
  } catch (error) {
    if (!isDamage(error)) throw error;
  }
  const aside = `${path}.damaged-${now().toISOString().replaceAll(':', '-')}`;
  putAside(path, aside);
  return opened(path, `The store was damaged and put aside as ${aside}. A new one was begun.`);
}

function opened(path: string, notice: string | undefined): Store {
  const database = connect(path);
  try {
    // Looked at before anything is written: what a later version made stays as it is.
    refuseNewer(versionOf(database), path);
    const check = database.prepare('PRAGMA quick_check(1)').get()?.['quick_check'];
    if (check !== 'ok') throw new Damage(String(check));
    // A commit survives the end of this process at any moment; a power cut may take the last ones, never the rest.
    database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA foreign_keys = ON;');
    migrate(database, path);
  } catch (error) {
    database.close();
    throw error;
  }
  return {
    database,
    path,
    notice,
    close() {
      database.close();
    },
  };
}

function versionOf(database: DatabaseSync): number {
  return Number(database.prepare('PRAGMA user_version').get()?.['user_version']);
}

function refuseNewer(version: number, path: string): void {
  if (version <= migrations.length) return;
  throw new MillraceError(
    'store-newer',
    `${path} was made by a later version of Millrace. Install that one again, or move the file away to begin anew.`,
  );
}

/** In one transaction with the look at the version, for whoever starts at the same moment. */
function migrate(database: DatabaseSync, path: string): void {
  if (versionOf(database) === migrations.length) return;
  database.exec('BEGIN IMMEDIATE');
  const version = versionOf(database);
  refuseNewer(version, path);
  for (const migration of migrations.slice(version)) database.exec(migration);
  database.exec(`PRAGMA user_version = ${String(migrations.length)}; COMMIT`);
}

/** What SQLite did not call an error and is one. */
class Damage extends Error {
  override readonly name = 'Damage';
}

/** SQLITE_CORRUPT and SQLITE_NOTADB (sqlite.org/rescode.html). */
const damageCodes: readonly unknown[] = [11, 26];

function isDamage(error: unknown): boolean {
  if (error instanceof Damage) return true;
  return error instanceof Error && 'errcode' in error && damageCodes.includes(error.errcode);
}

/** With what belongs to it, so that none of it is taken for part of the new one. */
function putAside(path: string, aside: string): void {
  renameSync(path, aside);
  for (const suffix of ['-wal', '-shm']) {
    try {
      renameSync(`${path}${suffix}`, `${aside}${suffix}`);
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
    }
  }
}

function unusable(path: string, error: unknown): MillraceError {
  const reason = error instanceof Error ? error.message : String(error);
  return new MillraceError(
    'store-unusable',
    `${path} cannot be used (${reason}). Settings are not remembered until it can be written to.`,
    { cause: error },
  );
}
