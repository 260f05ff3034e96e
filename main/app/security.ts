import type { Session, WebContents } from 'electron';
import { appOrigin } from './app-protocol.ts';
import type { Log } from './log.ts';

/** The page needs no camera, no place, no clipboard: whatever asks is told no. */
export function denyPermissions(
  session: Pick<Session, 'setPermissionRequestHandler' | 'setPermissionCheckHandler'>,
): void {
  session.setPermissionRequestHandler((_contents, _permission, callback) => {
    callback(false);
  });
  session.setPermissionCheckHandler(() => false);
}

/** Keeps every page where it is: no navigation, no new windows, no web views. */
export function guardContents(contents: Pick<WebContents, 'on' | 'setWindowOpenHandler'>, log: Log): void {
  contents.on('will-navigate', (event) => {
    event.preventDefault();
    log.warn('A navigation was blocked.');
  });
  contents.on('will-attach-webview', (event) => {
    event.preventDefault();
  });
  contents.setWindowOpenHandler(() => ({ action: 'deny' }));
}

/** Whether a message came from our own page, in its top frame. */
export function isOwnFrame(frame: { readonly url: string; readonly parent: unknown } | null): boolean {
  if (frame?.parent !== null) return false;
  try {
    const { protocol, host } = new URL(frame.url);
    return `${protocol}//${host}` === appOrigin;
  } catch {
    return false;
  }
}
