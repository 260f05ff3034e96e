import { dirname } from 'node:path';
import type { Settings } from '../../contract/app-state.ts';
import type { LogLevel } from '../../contract/envelope.ts';
import { asMillraceError } from '../../contract/errors.ts';
import { isOutOfReach } from '../files/backups.ts';
import { discard, type DiskFiles } from '../files/durable.ts';
import type { JournalWriter } from '../store/journal-writer.ts';
import type { Records } from '../store/records.ts';

export interface BackupLimits {
  /** Of all backups together. */
  readonly bytes: number;
  /** Since they were made, milliseconds. */
  readonly ageMs: number;
}

/** As the settings say it. */
export function limitsOf(settings: Pick<Settings, 'backupDays' | 'backupGigabytes'>): BackupLimits {
  const { backupDays, backupGigabytes } = settings;
  return { bytes: backupGigabytes * 1e9, ageMs: backupDays * 24 * 3600 * 1000 };
}

export interface PruneOptions {
  readonly records: Records;
  readonly writer: JournalWriter;
  readonly limits: BackupLimits;
  readonly now: () => Date;
  readonly files: DiskFiles;
  readonly log: (level: LogLevel, message: string) => void;
}

/**
 * Removes the oldest backups while they are over the limits. Only such whose output was committed and whose batch is over,
 * and none of the batch that was the last to make one. What is out of reach is neither counted nor taken for removed.
 */
export async function pruneBackups({
  records,
  writer,
  limits,
  now,
  files,
  log,
}: PruneOptions): Promise<void> {
  const known = records.keptBackups();
  const away = await foldersOutOfReach(new Set(known.map(({ backup }) => folderOf(backup))));
  const kept = known.filter(({ backup }) => !away.has(folderOf(backup)));
  const newest = known.at(-1)?.batch;
  const oldest = now().getTime() - limits.ageMs;
  let bytes = kept.reduce((sum, backup) => sum + backup.bytes, 0);
  let removed = 0;
  for (const backup of kept) {
    if (backup.batch === newest) continue;
    if (bytes <= limits.bytes && backup.madeMs >= oldest) continue;
    try {
      await discard(files, backup.backup);
    } catch (error) {
      log('warn', `${backup.backup} could not be removed: ${asMillraceError(error).message}`);
      continue;
    }
    writer.post(['dropBackup', backup.temporary]);
    bytes -= backup.bytes;
    removed += 1;
  }
  if (removed > 0) log('info', `${String(removed)} old backups were removed.`);
}

/** That all runs keep their backups in; each has a folder of its own in there. */
function folderOf(backup: string): string {
  return dirname(dirname(backup));
}

async function foldersOutOfReach(folders: ReadonlySet<string>): Promise<ReadonlySet<string>> {
  const away = new Set<string>();
  for (const folder of folders) {
    // Where looking fails, removing would.
    if (await isOutOfReach(folder).catch(() => true)) away.add(folder);
  }
  return away;
}
