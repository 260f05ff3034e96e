import { join } from 'node:path';
import type { LogLevel } from '../../contract/envelope.ts';
import { asMillraceError } from '../../contract/errors.ts';
import type { OutputWriter } from '../engine/world.ts';
import type { DiskFiles } from '../files/durable.ts';
import { createOutputs } from '../files/outputs.ts';
import { beginRun } from '../store/run-lock.ts';
import { openStore, type Store } from '../store/store.ts';
import { openPast, type Past } from './past.ts';
import { withoutPast } from './without-past.ts';

/** What is remembered from one run to the next, and the writer of outputs whose traces are found there. */
export interface State extends AsyncDisposable {
  /** Undefined where nothing can be remembered. */
  readonly store: Store | undefined;
  /** What a person should know about how it was opened. */
  readonly notice: string | undefined;
  readonly past: Past;
  readonly outputs: OutputWriter;
}

export interface StateOptions {
  readonly folder: string;
  /** Where replaced originals are kept; beside the store by default. */
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
    const past = openPast({ store, run, thread, log, ...common });
    const backups = { folder: options.backups ?? join(folder, 'backups'), now: () => new Date() };
    return {
      store,
      notice: store.notice,
      past,
      outputs: createOutputs({ run: run.id, backups, ...common }),
      async [Symbol.asyncDispose]() {
        await past.close();
        run.end();
        store.close();
      },
    };
  } catch (error) {
    return forgetful(common, asMillraceError(error).message);
  }
}

/** For a run that remembers nothing. */
export function forgetful(
  options: { readonly workingFolder?: string; readonly files?: DiskFiles },
  notice?: string,
): State {
  return {
    store: undefined,
    notice,
    past: withoutPast(),
    outputs: createOutputs(options),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}
