import { basename } from 'node:path';
import type { LogLevel } from '../../contract/envelope.ts';
import { asMillraceError } from '../../contract/errors.ts';
import type { DiskFiles } from '../files/durable.ts';
import { settle } from '../files/settle.ts';
import { sweep } from '../files/sweep.ts';
import { commitEntries } from '../store/journal.ts';
import type { JournalEntry } from '../store/journal-statements.ts';
import type { JournalWriter } from '../store/journal-writer.ts';
import type { PendingOutput, Records } from '../store/records.ts';
import type { Run } from '../store/run-lock.ts';

export interface SettleOptions {
  readonly records: Records;
  readonly run: Run;
  readonly writer: JournalWriter;
  readonly log: (level: LogLevel, message: string) => void;
  readonly files: DiskFiles;
}

/** Finishes or removes what runs that have ended were in the middle of. What cannot be settled now is for the next start. */
export async function settleAll({ records, run, writer, log, files }: SettleOptions): Promise<void> {
  for (const pending of records.claimPending()) {
    try {
      const entries = await settleOne(pending, files);
      writer.post(...entries);
    } catch (error) {
      writer.post(['releaseOutput', pending.temporary]);
      log('warn', `${pending.path} could not be settled: ${asMillraceError(error).message}`);
    }
  }
  await writer.wait('flushed');
  // What another run settles at this moment, and what could not be settled.
  const known = new Set(records.pending().map(({ temporary }) => basename(temporary)));
  for (const folder of records.foldersOfTheDead()) {
    try {
      for (const path of await sweep(folder, run.isAlive, (name) => known.has(name), files)) {
        log('info', `A temporary file of an earlier run was removed: ${path}`);
      }
    } catch (error) {
      log('warn', `${folder} could not be searched for temporary files: ${asMillraceError(error).message}`);
    }
  }
}

async function settleOne(pending: PendingOutput, files: DiskFiles): Promise<JournalEntry[]> {
  const { temporary, replaces } = pending;
  switch (await settle(pending, files)) {
    case 'committed':
      return [...commitEntries(temporary, replaces !== undefined), ['sumUpBatch', temporary]];
    case 'kept':
      // Not committed, and so never removed to save space.
      return [
        ['setOutputAside', temporary],
        ['keepBackup', temporary],
      ];
    case 'withdrawn':
      return [
        ['withdrawBackup', temporary],
        ['withdrawOutput', temporary],
      ];
  }
}
