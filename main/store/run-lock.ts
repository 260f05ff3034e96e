import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { lockFile } from './file-lock.ts';

/** One run of the app or the command line. Others can tell whether it still goes on. */
export interface Run {
  /** 16 hexadecimal digits. */
  readonly id: string;
  /** Whether another run is still going on; true for this one. */
  isAlive(run: string): boolean;
  end(): void;
}

/**
 * Begins a run: a file of its own is locked, and the system gives the lock back however the process ends. A process number
 * may be another's by now.
 *
 * @param folder of the store
 */
export function beginRun(folder: string): Run {
  const runs = join(folder, 'runs');
  mkdirSync(runs, { recursive: true });
  const id = randomBytes(8).toString('hex');
  const pathOf = (run: string): string => join(runs, `${run}.lock`);
  // Another run may be looking at this moment whether we are alive.
  const unlock = lockFile(pathOf(id), patienceMs);

  function isAlive(run: string): boolean {
    if (run === id) return true;
    if (!/^[0-9a-f]{16}$/.test(run) || !existsSync(pathOf(run))) return false;
    try {
      lockFile(pathOf(run), 0)();
      return false;
    } catch {
      // It is locked. Whatever else went wrong says nothing, and who says nothing may be alive.
      return true;
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
      unlock();
      rmSync(pathOf(id), { force: true });
    },
  };
}

const patienceMs = 5000;
const youngMs = 60_000;

function isYoung(path: string): boolean {
  const stats = statSync(path, { throwIfNoEntry: false });
  return stats !== undefined && Date.now() - stats.mtimeMs < youngMs;
}
