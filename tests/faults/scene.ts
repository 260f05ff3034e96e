import { createHash } from 'node:crypto';
import { fork, type ChildProcess } from 'node:child_process';
import { cp, mkdir, mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Orders } from './fault.ts';

/** What a round plays on: real pictures in a folder, a place for outputs, and a state of its own. */
export interface Scene extends AsyncDisposable {
  readonly folder: string;
  readonly pictures: string;
  readonly outputs: string;
  readonly state: string;
  /** Relative path to hash and modified time of each original. */
  readonly originals: ReadonlyMap<string, Fingerprint>;
}

export interface Fingerprint {
  readonly sha256: string;
  readonly modifiedMs: number;
}

/** @param elsewhere a folder on another disk for the state, and so for backups */
export async function setScene(pictures: readonly string[], elsewhere?: string): Promise<Scene> {
  const folder = await mkdtemp(join(tmpdir(), 'millrace-faults-'));
  const scene = {
    folder,
    pictures: join(folder, 'pictures'),
    outputs: join(folder, 'outputs'),
    state:
      elsewhere === undefined ? join(folder, 'state') : await mkdtemp(join(elsewhere, 'millrace-state-')),
  };
  await mkdir(join(scene.pictures, 'deeper'), { recursive: true });
  for (const [index, path] of pictures.entries()) {
    const name = `${String(index)}.${path.split('.').at(-1) ?? ''}`;
    await cp(path, join(scene.pictures, index % 3 === 0 ? join('deeper', name) : name), {
      preserveTimestamps: true,
    });
  }
  return {
    ...scene,
    originals: await fingerprints(scene.pictures),
    async [Symbol.asyncDispose]() {
      for (const each of [scene.state, folder]) {
        await rm(each, { recursive: true, force: true, maxRetries: 3 });
      }
    },
  };
}

/** Every file below a folder; none when there is no folder. */
export async function fingerprints(folder: string): Promise<Map<string, Fingerprint>> {
  const found = new Map<string, Fingerprint>();
  for (const path of await filesBelow(folder)) {
    const bytes = await readFile(path);
    found.set(relative(folder, path), {
      sha256: createHash('sha256').update(bytes).digest('hex'),
      modifiedMs: (await stat(path)).mtimeMs,
    });
  }
  return found;
}

export async function filesBelow(folder: string): Promise<string[]> {
  try {
    const entries = await readdir(folder, { recursive: true, withFileTypes: true });
    return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
    throw error;
  }
}

/** A victim at work. */
export interface Victim {
  readonly process: ChildProcess;
  readonly ended: Promise<VictimEnd>;
  /** Process numbers of workers so far, from what it reports. */
  readonly workers: () => number[];
  /** Settles when it says that the moment of a `tell` has come; rejects when it ends before. */
  readonly told: Promise<void>;
}

export interface VictimEnd {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** The fault happened. */
  readonly hit: boolean;
  readonly stdout: string;
  readonly stderr: string;
}

const entry = fileURLToPath(new URL('victim.ts', import.meta.url));

export function startVictim(orders: Orders): Victim {
  const child = fork(entry, [JSON.stringify(orders)], {
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    execArgv: ['--disable-warning=ExperimentalWarning'],
  });
  let stdout = '';
  let stderr = '';
  child.stdout?.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const told = new Promise<void>((resolve, reject) => {
    child.once('message', () => {
      resolve();
    });
    child.once('exit', () => {
      reject(new Error('The victim ended before the moment came.'));
    });
  });
  told.catch(() => undefined);
  return {
    process: child,
    told,
    ended: new Promise((resolve, reject) => {
      child.once('error', reject);
      child.once('close', (code, signal) => {
        resolve({ code, signal, stdout, stderr, hit: stderr.includes('fault\n') });
      });
    }),
    workers: () => [...new Set([...stdout.matchAll(/"pid":(\d+)/g)].map(([, pid]) => Number(pid)))],
  };
}

export async function runVictim(orders: Orders): Promise<VictimEnd> {
  return startVictim(orders).ended;
}
