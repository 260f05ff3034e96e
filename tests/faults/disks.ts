import { execFileSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { canMount } from '../fixtures/can-mount.ts';

// What a disk is made to do. `mounting` and `denying` say why it cannot be made to here.

export function mounting(): string | undefined {
  return canMount() ? undefined : 'needs root on Linux, with the right to mount';
}

export function remount(folder: string, options: string): void {
  execFileSync('mount', ['-o', `remount,${options}`, folder]);
}

/** A superuser may write to whatever has no permissions, and not to what is immutable. */
export function setWritable(folder: string, isWritable: boolean): void {
  if (process.getuid?.() === 0)
    execFileSync('chattr', [isWritable ? '-i' : '+i', folder], { stdio: 'ignore' });
  else chmodSync(folder, isWritable ? 0o755 : 0o555);
}

export function denying(): string | undefined {
  if (process.platform === 'win32') return 'needs permissions of POSIX';
  const folder = mkdtempSync(join(tmpdir(), 'millrace-faults-'));
  try {
    setWritable(folder, false);
    setWritable(folder, true);
    return undefined;
  } catch {
    return 'needs chattr and a file system that knows it, for root';
  } finally {
    rmdirSync(folder);
  }
}

/** A disk that is being written to says that it is busy. */
export function remountWhenIdle(folder: string): void {
  for (let tries = 0; tries < 50; tries += 1) {
    try {
      execFileSync('mount', ['-o', 'remount,ro', folder], { stdio: 'ignore' });
      return;
    } catch {
      execFileSync('sleep', ['0.05']);
    }
  }
}
