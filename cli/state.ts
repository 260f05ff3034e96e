import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import envPaths from 'env-paths';
import type { LogLevel } from '../contract/envelope.ts';
import type { DiskFiles } from '../main/files/durable.ts';
import { forgetful, openState as openStateIn, type State } from '../main/past/state.ts';
import { storePath } from '../main/store/store.ts';
import type { StateFlags } from './arguments.ts';

export interface StateOptions {
  /** Path of the `journal-thread` entry. */
  readonly thread: string;
  readonly flags: Pick<StateFlags, 'state' | 'backups'>;
  readonly log: (level: LogLevel, message: string) => void;
  /** Makes nothing that is not there. */
  readonly onlyLook?: boolean;
  /** It is asked what was done: without an answer there is nothing to do. */
  readonly isNeeded?: boolean;
  /** The file system; the fault campaign hands in failing ones. */
  readonly files?: DiskFiles;
}

/**
 * What the command line remembers from one run to the next.
 *
 * @throws MillraceError `store-newer`, `store-unusable` where it is needed and cannot be had
 */
export function openState({
  thread,
  flags,
  log,
  onlyLook = false,
  isNeeded = false,
  files,
}: StateOptions): State {
  const folder = resolve(flags.state ?? defaultFolder());
  const disk = files === undefined ? {} : { files };
  if (onlyLook && !existsSync(storePath(folder))) return forgetful(disk);
  const backups = flags.backups === undefined ? undefined : resolve(flags.backups);
  const state = openStateIn({ folder, backups, thread, log, ...disk });
  if (isNeeded && state.failure !== undefined) throw state.failure;
  if (state.notice !== undefined) log('warn', state.notice);
  return state;
}

function defaultFolder(): string {
  const paths = envPaths('millrace', { suffix: '' });
  // On Linux that is $XDG_STATE_HOME; elsewhere there is no such folder, and logs are something else.
  return process.platform === 'linux' ? paths.log : paths.data;
}
