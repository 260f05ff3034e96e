import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import type { LogLevel } from '../../contract/envelope.ts';
import { asMillraceError, type MillraceError } from '../../contract/errors.ts';
import type { OutputWriter } from '../engine/world.ts';
import type { DiskFiles } from '../files/durable.ts';
import { createOutputs } from '../files/outputs.ts';
import { openJournalWriter } from '../store/journal-writer.ts';
import { createPreferences, type Preferences } from '../store/preferences.ts';
import { beginRun } from '../store/run-lock.ts';
import { openStore } from '../store/store.ts';
import { openPast, type Past } from './past.ts';
import { withoutPast } from './without-past.ts';

/** What is remembered from one run to the next, and the writer of outputs whose traces are found there. */
export interface State extends AsyncDisposable {
  /** What a person set; undefined where nothing can be remembered. */
  readonly preferences: Preferences | undefined;
  /** What a person should know about how it was opened. */
  readonly notice: string | undefined;
  /** Why nothing can be remembered, where that was wanted. */
  readonly failure: MillraceError | undefined;
  readonly past: Past;
  readonly outputs: OutputWriter;
  /** From now on originals are kept there; beside the store where no folder is given. */
  keepBackupsIn(folder: string | undefined): void;
}

export interface StateOptions {
  readonly folder: string;
  /** Where replaced originals are kept; by default where the settings say, or beside the store. */
  readonly backups?: string | undefined;
  /** Path of the `journal-thread` entry. */
  readonly thread: string;
  /** Where outputs of links go that belong beside their source. */
  readonly workingFolder?: string;
  readonly log: (level: LogLevel, message: string) => void;
  /** The file system; the fault campaign hands in failing ones. */
  readonly files?: DiskFiles;
}

/**
 * Opens what is remembered. Where that cannot be written, work goes on without: nothing is replaced then, and nothing can
 * be continued.
 */
export function openState(options: StateOptions): State {
  const { folder, thread, log } = options;
  const common = {
    ...(options.workingFolder === undefined ? {} : { workingFolder: options.workingFolder }),
    ...(options.files === undefined ? {} : { files: options.files }),
  };
  try {
    const store = openStore(folder);
    const run = beginRun(folder);
    const writer = openJournalWriter({ thread, path: store.path });
    const past = openPast({ store, run, writer, log, ...common });
    const preferences = createPreferences(store.database, writer);
    const beside = resolve(folder, 'backups');
    const backups = {
      folder: resolve(options.backups ?? preferences.load().settings.backupFolder ?? beside),
      now: () => new Date(),
      // A folder that a person has chosen may be on another drive; that of the store is where the store is.
      holdsSome: () => backups.folder !== beside && past.keepsBackupsIn(backups.folder),
    };
    return {
      preferences,
      notice: withBackups(store.notice, backups.folder),
      failure: undefined,
      past,
      outputs: createOutputs({ run: run.id, backups, ...common }),
      keepBackupsIn(next) {
        backups.folder = resolve(next ?? beside);
      },
      async [Symbol.asyncDispose]() {
        await past.close();
        run.end();
        store.close();
      },
    };
  } catch (error) {
    return forgetful(common, asMillraceError(error));
  }
}

/** What a new store does not know of is found without it. */
function withBackups(notice: string | undefined, folder: string): string | undefined {
  if (notice === undefined || !existsSync(folder)) return notice;
  return `${notice} Originals that were replaced before are in ${folder}, under their own names.`;
}

/** For a run that remembers nothing. */
export function forgetful(
  options: { readonly workingFolder?: string; readonly files?: DiskFiles },
  failure?: MillraceError,
): State {
  return {
    preferences: undefined,
    notice: failure?.message,
    failure,
    past: withoutPast(),
    outputs: createOutputs(options),
    keepBackupsIn: () => undefined,
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}
