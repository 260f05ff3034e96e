import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

/** One run of the app or the command line. Others can tell whether it still goes on. */
export interface Run {
  /** 16 hexadecimal digits. */
  readonly id: string;
  /** Whether another run is still going on; true for this one. */
  isAlive(run: string): boolean;
  end(): void;
}

/**
 * Begins a run: a file of its own is locked, and the system gives the lock back however the process ends. SQLite does the
 * locking, since Node has none and a process number may be another's by now.
 *
 * @param folder of the store
 */
export function beginRun(folder: string): Run {
  const runs = join(folder, 'runs');
  mkdirSync(runs, { recursive: true });
  const id = randomBytes(8).toString('hex');
  const pathOf = (run: string): string => join(runs, `${run}.lock`);
  // Another run may be looking at this moment whether we are alive.
  const lock = new DatabaseSync(pathOf(id), { timeout: patienceMs });
  // Nothing is written to it, and so nothing has to be recovered or removed beside it.
  lock.exec('PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE');

  function isAlive(run: string): boolean {
    if (run === id) return true;
    if (!/^[0-9a-f]{16}$/.test(run) || !existsSync(pathOf(run))) return false;
    const other = new DatabaseSync(pathOf(run), { timeout: 0 });
    try {
      other.exec('BEGIN EXCLUSIVE; ROLLBACK');
      return false;
    } catch (error) {
      // SQLITE_BUSY (sqlite.org/rescode.html); anything else says nothing, and who says nothing may be alive.
      return !(error instanceof Error && 'errcode' in error) || error.errcode === busyCode;
    } finally {
      other.close();
    }
  }

  // What dead runs left. A young file may be of a run that has not come to lock it.
  for (const name of readdirSync(runs)) {
    const run = name.replace(/\.lock$/, '');
    if (run !== id && !isYoung(pathOf(run)) && !isAlive(run)) rmSync(pathOf(run), { force: true });
  }

  return {
    id,
    isAlive,
    end() {
      lock.close();
      rmSync(pathOf(id), { force: true });
    },
  };
}

const busyCode = 5;
const patienceMs = 5000;
const youngMs = 60_000;

function isYoung(path: string): boolean {
  const stats = statSync(path, { throwIfNoEntry: false });
  return stats !== undefined && Date.now() - stats.mtimeMs < youngMs;
}
