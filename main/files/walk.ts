import type { BigIntStats, Dirent } from 'node:fs';
import { opendir, realpath, stat } from 'node:fs/promises';
import { basename, dirname, extname, join, resolve } from 'node:path';
import type { Intake, SkipReason } from '../../contract/batch.ts';
import { MillraceError, toWireError } from '../../contract/errors.ts';
import { imageExtensions } from '../../contract/formats.ts';
import { sniffFormat, sniffLength } from '../../contract/sniff.ts';
import { isBackupFolder } from './backups.ts';
import { hasCode, sourceError } from './file-errors.ts';
import { notAFile, openFile, readPart, statFile } from './open-file.ts';
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
    options.outputFolder === undefined ? undefined : await resolveLinks(resolve(options.outputFolder));
  for (const input of inputs) {
    if (options.signal?.aborted === true) return;
    const path = resolve(input);
    const found = await look(path);
    if ('failed' in found) yield found.failed;
    else if (found.stats.isDirectory()) {
      if (await isNew(path, found.stats)) yield* walkFolder(path, path);
      else yield skip(path, 'already-seen');
    } else if (!found.stats.isFile()) yield fail(path, notAFile(path));
    else if (await isNew(path, found.stats)) yield { kind: 'source', source: { kind: 'file', path } };
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
    if (isTemporaryName(entry.name) || isBackupFolder(entry.name)) yield skip(path, 'own-output');
    else if (entry.name.startsWith('.')) yield skip(path, 'hidden');
    else if (!entry.isFile() && !entry.isDirectory() && !entry.isSymbolicLink())
      yield skip(path, 'special-file');
    else {
      const found = await look(path, root);
      if ('failed' in found) yield found.failed;
      else if (!found.stats.isFile() && !found.stats.isDirectory()) yield skip(path, 'special-file');
      else if (!(await isNew(path, found.stats))) yield skip(path, 'already-seen');
      else if (found.stats.isDirectory()) yield* walkFolder(path, root);
      else yield await judge(path, root);
    }
  }

  /** Device and file number are a file's identity, so that it is known again through every link. */
  async function isNew(path: string, stats: BigIntStats): Promise<boolean> {
    // Hard links share a number and are two files to a person; some network drives give every file the number 0.
    const isShared = stats.ino === 0n || (stats.isFile() && stats.nlink > 1n);
    const identity = isShared ? await resolveLinks(path) : `${String(stats.dev)}:${String(stats.ino)}`;
    if (seen.has(identity)) return false;
    seen.add(identity);
    return true;
  }
}

/** Big integers, because Windows numbers files beyond what a number tells apart. */
async function look(path: string, root?: string): Promise<{ stats: BigIntStats } | { failed: Intake }> {
  try {
    return { stats: await stat(path, { bigint: true }) };
  } catch (error) {
    const isGarbled = hasCode(error, 'ENOENT') && basename(path).includes('\uFFFD');
    return { failed: fail(path, isGarbled ? garbledName(path) : error, root) };
  }
}

/** Bytes of a name that are no UTF-8 have become replacement characters, and no such file is found. */
function garbledName(path: string): MillraceError {
  return new MillraceError(
    'source-unreadable',
    `${path} has a name that is not valid text (UTF-8). Rename it, and add it again.`,
  );
}

/** An image by its content, or by its name, which promises one. */
async function judge(path: string, root: string): Promise<Intake> {
  const source = { kind: 'source', source: { kind: 'file', path, root } } as const;
  if (imageExtensions.has(extname(path).slice(1).toLowerCase())) return source;
  try {
    await using file = await openFile(path);
    await statFile(file, path);
    return sniffFormat(await readPart(file, 0, sniffLength)) === undefined
      ? skip(path, 'not-an-image')
      : source;
  } catch (error) {
    return fail(path, error, root);
  }
}

async function list(folder: string): Promise<Dirent[]> {
  const entries: Dirent[] = [];
  for await (const entry of await opendir(folder)) entries.push(entry);
  return entries.sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** Where links lead; of a path that is not there yet, as far as it is. */
async function resolveLinks(path: string): Promise<string> {
  try {
    return await realpath(path);
  } catch (error) {
    const parent = dirname(path);
    if (!hasCode(error, 'ENOENT') || parent === path) return path;
    return join(await resolveLinks(parent), basename(path));
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
