import * as v from 'valibot';
import type { IpcMain } from 'electron';
import { registerFilesChannel } from '../../contract/channels.ts';
import type { HandleTable } from './handles.ts';
import type { Log } from './log.ts';
import { isOwnFrame } from './security.ts';

/** More files than anybody drops at once; a folder counts as one. */
const pathsSchema = v.pipe(
  v.array(v.pipe(v.string(), v.minLength(1), v.maxLength(32_768))),
  v.maxLength(200_000),
);

/** Makes paths of dropped files known, for our own preload only. */
export function registerDroppedFiles(
  ipcMain: Pick<IpcMain, 'handle'>,
  handles: HandleTable,
  { origin, log }: { readonly origin: string; readonly log: Pick<Log, 'warn'> },
): void {
  ipcMain.handle(registerFilesChannel, ({ senderFrame }, paths: unknown) => {
    if (!isOwnFrame(senderFrame, origin)) {
      log.warn('A stranger tried to make files known and was sent away.');
      return [];
    }
    return handles.register(v.parse(pathsSchema, paths));
  });
}
