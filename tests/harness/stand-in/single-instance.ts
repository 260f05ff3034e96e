import { mkdirSync, readFileSync, readdirSync, rmSync, watch, writeFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';

export interface OtherInstance {
  readonly argv: readonly string[];
  readonly cwd: string;
  readonly additionalData: object;
}

export interface Lock {
  readonly isFirst: boolean;
  /** Hands what this instance was started with to the first one. */
  tell(self: OtherInstance): void;
  release(): void;
}

/** A file with the first instance's number, and a folder where later ones leave their notes. */
export function takeLock(userData: string, onOther: (other: OtherInstance) => void): Lock {
  mkdirSync(userData, { recursive: true });
  const file = join(userData, 'SingletonLock');
  const notes = join(userData, 'SingletonNotes');
  mkdirSync(notes, { recursive: true });
  const isFirst = own(file);
  if (!isFirst) {
    return {
      isFirst,
      tell(self) {
        const name = `${String(process.pid)}-${String(Date.now())}`;
        // Renamed into place, so that the reader finds it whole.
        writeFileSync(join(userData, name), JSON.stringify(self));
        renameSync(join(userData, name), join(notes, name));
      },
      release: () => undefined,
    };
  }
  const read = (): void => {
    for (const name of readdirSync(notes).sort()) {
      const note = JSON.parse(readFileSync(join(notes, name), 'utf8')) as OtherInstance;
      rmSync(join(notes, name));
      onOther(note);
    }
  };
  for (const name of readdirSync(notes)) rmSync(join(notes, name));
  const watcher = watch(notes, read);
  watcher.unref();
  return {
    isFirst,
    tell: () => undefined,
    release() {
      watcher.close();
      rmSync(file, { force: true });
    },
  };
}

function own(file: string): boolean {
  try {
    writeFileSync(file, String(process.pid), { flag: 'wx' });
    return true;
  } catch {
    const holder = Number(readFileSync(file, 'utf8'));
    if (holder !== process.pid && isAlive(holder)) return false;
    writeFileSync(file, String(process.pid));
    return true;
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
