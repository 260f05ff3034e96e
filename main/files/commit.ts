import { dirname, join } from 'node:path';
import { cancelled } from '../../contract/errors.ts';
import type { CommitIntent, CommitRecord, ReplacedOriginal } from '../engine/journal.ts';
import type { FileTraits, FinishedFile } from '../engine/world.ts';
import type { CarriedAttributes } from './attributes.ts';
import {
  flushFolder,
  giveName,
  NameTaken,
  realFiles,
  undoing,
  writeTemporary,
  type DiskFiles,
} from './durable.ts';
import { destinationError } from './file-errors.ts';
import { identityAt, identityOf } from './identity.ts';
import { anyRun, temporaryName } from './temporary-name.ts';

export interface CommitFileOptions extends FileTraits {
  readonly signal: AbortSignal;
  readonly record: CommitRecord;
  /** Rejects when the source is not what was converted. */
  readonly sourceUnchanged: () => Promise<void>;
  /** Who writes: part of temporary names. */
  readonly run: string;
  readonly files?: DiskFiles;
}

/**
 * Writes a whole file or nothing, and never over another: a temporary file in the same folder, flushed to the disk and
 * read back, then given its name, then the folder flushed. What is about to happen is written down first.
 *
 * @returns what became of the extended attributes it was to get
 * @throws NameTaken; MillraceError `destination-*`, `name-too-long`, `source-changed`, naming the path; nothing is left
 *   behind, or what cannot be removed stays written down
 */
export async function commitFile(
  path: string,
  file: FinishedFile,
  options: CommitFileOptions,
): Promise<CarriedAttributes | undefined> {
  const { signal, record, files = realFiles } = options;
  const folder = dirname(path);
  let identity: string | undefined;
  try {
    signal.throwIfAborted();
    const attributes = await stage(path, file, options, undefined, async (intent) => {
      signal.throwIfAborted();
      identity = intent.identity;
      await giveName(files, intent.temporary, path);
      await undoing(files, path, () => flushFolder(files, folder));
    });
    record.committed();
    return attributes;
  } catch (error) {
    // An output that will not go stays written down, for the next start to settle.
    if (identity === undefined || (await isWithout(files, path, identity))) record.withdrawn();
    throw asCommitError(error, path, signal);
  }
}

/** Whether it is certain that this file is not at this path. */
async function isWithout(files: DiskFiles, path: string, identity: string): Promise<boolean> {
  try {
    return (await identityAt(path, files)) !== identity;
  } catch {
    return false;
  }
}

/**
 * Writes a temporary file beside its destination, flushes it and reads it back, looks at the source once more, and writes
 * down what is about to happen; then `take` gives the file its name. Where anything fails, the temporary file goes.
 */
export async function stage(
  path: string,
  file: FinishedFile,
  options: CommitFileOptions,
  replaces: ReplacedOriginal | undefined,
  take: (intent: CommitIntent) => Promise<void>,
): Promise<CarriedAttributes | undefined> {
  const { signal, record, run, files = realFiles } = options;
  const { sha256, format, keptOriginal } = file;
  const temporary = join(dirname(path), temporaryName(run));
  await record.announced();
  // Where an original is to give way its folder is there, or is not the one that it was in.
  const makesFolder = replaces === undefined;
  const { attributes, stats } = await writeTemporary(
    files,
    temporary,
    file,
    { ...options, makesFolder },
    path,
  );
  await undoing(files, temporary, async () => {
    await options.sourceUnchanged();
    signal.throwIfAborted();
    const intent: CommitIntent = {
      temporary,
      path,
      sha256,
      bytes: file.bytes.byteLength,
      identity: identityOf(stats),
      format,
      keptOriginal,
      ...(replaces === undefined ? {} : { replaces }),
    };
    await record.about(intent);
    await take(intent);
  });
  return attributes;
}

/** What went wrong with a commit, as its caller hears it. */
export function asCommitError(error: unknown, path: string, signal: AbortSignal): Error {
  if (error instanceof NameTaken) return error;
  return signal.aborted ? cancelled(error) : destinationError(error, path);
}

/** Writes a new file of our own, whole or not at all. @throws NameTaken; MillraceError `destination-*` */
export async function saveFile(path: string, bytes: Uint8Array, signal: AbortSignal): Promise<void> {
  const folder = dirname(path);
  const temporary = join(folder, temporaryName(anyRun()));
  try {
    signal.throwIfAborted();
    const traits = { modifiedMs: undefined, mode: undefined };
    await writeTemporary(realFiles, temporary, { bytes }, { ...traits, makesFolder: true, signal }, path);
    await undoing(realFiles, temporary, async () => {
      signal.throwIfAborted();
      await giveName(realFiles, temporary, path);
    });
  } catch (error) {
    throw asCommitError(error, path, signal);
  }
}
