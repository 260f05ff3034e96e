import type { Session, WebContents } from 'electron';
import { originOf } from './app-protocol.ts';
import type { Log } from './log.ts';

/** The page needs no camera, no place, no clipboard, and downloads nothing: whatever asks is told no. */
export function lockSession(
  session: Pick<Session, 'setPermissionRequestHandler' | 'setPermissionCheckHandler' | 'on'>,
): void {
  session.setPermissionRequestHandler((_contents, _permission, callback) => {
    callback(false);
  });
  session.setPermissionCheckHandler(() => false);
  session.on('will-download', (event) => {
    event.preventDefault();
  });
}

/** Keeps every page where it is: no navigation but a reload, no new windows, no web views. */
export function guardContents(
  contents: Pick<WebContents, 'on' | 'getURL' | 'setWindowOpenHandler'>,
  log: Pick<Log, 'warn'>,
): void {
  contents.on('will-navigate', (event) => {
    if (event.url === contents.getURL()) return;
    event.preventDefault();
    log.warn(`A navigation to ${event.url} was blocked.`);
  });
  contents.on('will-frame-navigate', (event) => {
    // The top frame has an event of its own, above; no page of ours has others.
    if (!event.isMainFrame) event.preventDefault();
  });
  contents.on('will-attach-webview', (event) => {
    event.preventDefault();
  });
  contents.setWindowOpenHandler(() => ({ action: 'deny' }));
}

/** Whether a message came from our own page, in its top frame. A frame that is gone by now has no say. */
export function isOwnFrame(
  frame: { readonly url: string; readonly parent: unknown } | null,
  origin: string,
): boolean {
  return frame?.parent === null && originOf(frame.url) === origin;
}
