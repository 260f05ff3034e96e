import type { Dirent, Stats } from 'node:fs';
import { lstat, opendir, realpath, stat } from 'node:fs/promises';
import { extname, join, resolve } from 'node:path';
import type { Intake, SkipReason } from '../../contract/batch.ts';
import { toWireError } from '../../contract/errors.ts';
import { imageExtensions } from '../../contract/formats.ts';
import { sniffFormat, sniffLength } from '../../contract/sniff.ts';
import { sourceError } from './file-errors.ts';
import { notAFile, readHead } from './read-head.ts';
import { isTemporaryName } from './temporary-name.ts';

export interface WalkOptions {
  /** A folder whose content is our own: what is found in it is left out. */
  readonly outputFolder?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Finds the sources in files and folders, one by one: nothing is read ahead beyond the names of one folder, so the
 * first job starts while the walk goes on. Within a folder the order is that of the names.
 *
 * Links are followed to every file and folder once, so that circles end. In folders hidden files, pipes and devices
 * and what is no image are skipped and told; a file that is named explicitly is always a source, and one that has an
 * image's extension is too, so that a damaged picture is told and not passed over.
 */
export async function* walk(
  inputs: readonly string[],
  options: WalkOptions = {},
): AsyncGenerator<Intake, void, undefined> {
  const seen = new Set<string>();
  const outputFolder =
    options.outputFolder === undefined ? undefined : await resolveLinks(options.outputFolder);
  for (const input of inputs) {
    const path = resolve(input);
    const found = await look(path);
    if ('failed' in found) yield found.failed;
    else if (found.stats.isDirectory()) yield* walkFolder(path, path);
    else if (!found.stats.isFile()) yield fail(path, notAFile(path));
    else if (isNew(found.stats)) yield { kind: 'source', source: { kind: 'file', path } };
    else yield skip(path, 'already-seen');
  }

  async function* walkFolder(folder: string, root: string): AsyncGenerator<Intake, void, undefined> {
    let entries: Dirent[];
    try {
      if ((await realpath(folder)) === outputFolder && folder !== root) {
        yield skip(folder, 'own-output');
        return;
      }
      entries = await list(folder);
    } catch (error) {
      yield fail(folder, error, root);
      return;
    }
    for (const entry of entries) {
      if (options.signal?.aborted === true) return;
      yield* walkEntry(join(folder, entry.name), entry, root);
    }
  }

  async function* walkEntry(
    path: string,
    entry: Dirent,
    root: string,
  ): AsyncGenerator<Intake, void, undefined> {
    if (isTemporaryName(entry.name)) yield skip(path, 'own-output');
    else if (entry.name.startsWith('.')) yield skip(path, 'hidden');
    else if (!entry.isFile() && !entry.isDirectory() && !entry.isSymbolicLink())
      yield skip(path, 'special-file');
    else {
      const found = await look(path, root);
      if ('failed' in found) yield found.failed;
      else if (!found.stats.isFile() && !found.stats.isDirectory()) yield skip(path, 'special-file');
      else if (!isNew(found.stats)) yield skip(path, 'already-seen');
      else if (found.stats.isDirectory()) yield* walkFolder(path, root);
      else yield await judge(path, root);
    }
  }

  /** Device and file number are a file's identity; the same file under two names is two files to a person, once each. */
  function isNew(stats: Stats): boolean {
    const identity = `${String(stats.dev)}:${String(stats.ino)}`;
    // Hard links share a number on purpose, and file systems without numbers say 0.
    if ((stats.isFile() && stats.nlink > 1) || stats.ino === 0) return true;
    if (seen.has(identity)) return false;
    seen.add(identity);
    return true;
  }
}

async function look(path: string, root?: string): Promise<{ stats: Stats } | { failed: Intake }> {
  try {
    return { stats: await stat(path) };
  } catch (error) {
    return { failed: fail(path, error, root) };
  }
}

/** An image by its content, or by its name, which promises one. */
async function judge(path: string, root: string): Promise<Intake> {
  const source = { kind: 'source', source: { kind: 'file', path, root } } as const;
  if (imageExtensions.has(extname(path).slice(1).toLowerCase())) return source;
  try {
    const { bytes } = await readHead(path, sniffLength);
    return sniffFormat(bytes) === undefined ? skip(path, 'not-an-image') : source;
  } catch (error) {
    return fail(path, error, root);
  }
}

async function list(folder: string): Promise<Dirent[]> {
  const entries: Dirent[] = [];
  for await (const entry of await opendir(folder)) entries.push(entry);
  return entries.sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** Where links lead, or the path itself while nothing is there. */
async function resolveLinks(path: string): Promise<string> {
  try {
    await lstat(path);
    return await realpath(path);
  } catch {
    return resolve(path);
  }
}

function skip(path: string, reason: SkipReason): Intake {
  return { kind: 'skipped', path, reason };
}

function fail(path: string, error: unknown, root?: string): Intake {
  return {
    kind: 'failed',
    source: { kind: 'file', path, ...(root === undefined ? {} : { root }) },
    error: toWireError(sourceError(error, path)),
  };
}
