import { realpath } from 'node:fs/promises';
import { basename, dirname, parse } from 'node:path';
import { sourceAddress, type Source } from '../../contract/batch.ts';
import { MillraceError } from '../../contract/errors.ts';
import { formatTraits, type OutputFormat } from '../../contract/formats.ts';
import type { SourceHead } from '../engine/world.ts';
import { isBackupFolder } from './backups.ts';
import { sourceError } from './file-errors.ts';
import type { OutputName } from './output-name.ts';
import type { Original } from './replace.ts';

/**
 * The file that gives way to the output of a source. Behind a link it is the file that the link leads to: a link that were
 * replaced would leave its file as it is, and double.
 *
 * @throws MillraceError `replace-refused` for a link to somewhere else, which has no place here, and for a backup
 */
export async function originalOf(source: Source, head: SourceHead): Promise<Original> {
  const { identity, modifiedMs } = head;
  if (source.kind !== 'file' || identity === undefined || modifiedMs === undefined) {
    throw new MillraceError(
      'replace-refused',
      `${sourceAddress(source)} cannot be replaced where it is. Choose a folder for the output.`,
    );
  }
  try {
    const path = await realpath(source.path);
    if (isBackupFolder(basename(dirname(path)))) throw isBackup(path);
    return { path, identity, bytes: head.bytes, modifiedMs };
  } catch (error) {
    throw sourceError(error, source.path);
  }
}

function isBackup(path: string): MillraceError {
  return new MillraceError(
    'replace-refused',
    `${path} is the backup of an original, and Undo needs it as it is. Choose a folder for the output.`,
  );
}

/** The name of an output that takes the place of a file: the file's own wherever its extension fits the format. */
export function placeOf(path: string, format: OutputFormat): OutputName {
  const { dir, name, ext } = parse(path);
  const { extensions } = formatTraits[format];
  const fits = extensions.includes(ext.slice(1).toLowerCase());
  return { folder: dir, stem: name, suffix: '', extension: fits ? ext : `.${extensions[0]}` };
}
