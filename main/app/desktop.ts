import { join } from 'node:path';
import type * as Electron from 'electron';
import type { BrowserWindow } from 'electron';
import type { Offer } from '../../contract/app-state.ts';
import type { Clock } from '../engine/world.ts';
import { openAppMenu, type MenuDesk } from './app-menu.ts';
import { batchEnd, type WatchedDesk } from './batch-end.ts';
import { createBatchPresence } from './batch-presence.ts';
import { createShell } from './desktop-shell.ts';
import { registerDroppedFiles } from './dropped-files.ts';
import { createHandleTable, type HandleTable } from './handles.ts';
import type { LogFile } from './log.ts';
import type { MenuActions } from './menu.ts';
import type { Opened } from './opened-files.ts';
import { followPage } from './page-life.ts';
import { quitCleanly, type Quitting } from './quitting.ts';
import type { Shell } from './shell.ts';
import { readPlace, rememberPlace } from './window-place.ts';
import { openWindow, raise } from './window.ts';

export interface DesktopOptions {
  readonly origin: string;
  readonly log: LogFile;
  readonly clock: Clock;
  /** Files of the preload script, of the icon, and of the picture beside the pointer while results are dragged out. */
  readonly preload: string;
  readonly icon: string;
  readonly dragIcon: string;
}

/** What the shell asks of the desk. */
export interface ServedDesk extends Omit<MenuDesk, 'batch'> {
  readonly batch: (NonNullable<MenuDesk['batch']> & NonNullable<WatchedDesk['batch']>) | undefined;
  watch: WatchedDesk['watch'];
  add(offers: readonly Offer[]): Promise<void>;
  close(): Promise<void>;
}

/** The window and everything of the system around it. */
export interface Desktop {
  readonly shell: Shell;
  readonly handles: HandleTable;
  /** Connects menu, task bar and quitting with the desk. */
  serve(desk: ServedDesk, command: MenuActions['command']): void;
  /** Opens the window; settles when its page has loaded. */
  open(): Promise<void>;
  /** Brings the window to the front. */
  raise(): void;
}

/** Puts the shell together: dialogs, menu, task bar, quitting, the window and its place. `app` must be ready. */
export function openDesktop(electron: typeof Electron, options: DesktopOptions): Desktop {
  const { app, dialog, ipcMain, nativeTheme, Notification, screen } = electron;
  const { origin, log, clock } = options;
  const handles = createHandleTable();
  registerDroppedFiles(ipcMain, handles, { origin, log });
  let window: BrowserWindow | undefined;
  let served: { readonly desk: ServedDesk; readonly quitting: Quitting } | undefined;
  let updateMenu: ReturnType<typeof openAppMenu> = () => undefined;

  const presence = createBatchPresence({
    power: electron.powerSaveBlocker,
    window: () => window,
    notify(title, body) {
      if (served?.desk.view().settings.notify !== true || !Notification.isSupported()) return;
      const notification = new Notification({ title, body });
      notification.on('click', raiseWindow);
      notification.show();
    },
  });

  const shell = createShell({
    dialog,
    clipboard: electron.clipboard,
    system: electron.shell,
    theme: nativeTheme,
    window: () => window,
    dragIcon: options.dragIcon,
    logFile: log.path,
    setLogLevel: log.setLevel,
    batchChanged(view) {
      presence(view);
      updateMenu(view);
    },
  });

  function raiseWindow(): void {
    if (window !== undefined) raise(window);
  }

  return {
    shell,
    handles,
    raise: raiseWindow,
    serve(desk, command) {
      updateMenu = openAppMenu({
        menu: electron.Menu,
        theme: nativeTheme,
        platform: process.platform,
        shell,
        desk,
        command,
      });
      updateMenu(desk.view().batch);
      const quitting = quitCleanly({
        app,
        dialog,
        log,
        state: () => desk.batch?.state,
        isRecorded: () => desk.view().batch?.record !== undefined,
        asks: () => desk.view().settings.confirmQuit,
        finished: () => batchEnd(desk),
        close: () => desk.close(),
      });
      served = { desk, quitting };
    },
    async open() {
      const placeFile = join(app.getPath('userData'), 'window.json');
      const displays = screen.getAllDisplays().map(({ workArea }) => workArea);
      const opened = openWindow(electron.BrowserWindow, {
        preload: options.preload,
        icon: options.icon,
        place: readPlace(placeFile, displays),
        isDark: nativeTheme.shouldUseDarkColors,
      });
      window = opened;
      rememberPlace(opened, placeFile, { clock, log });
      served?.quitting.guard(opened);
      followPage({
        contents: opened.webContents,
        dialog,
        log,
        now: clock.now,
        quit: () => {
          app.quit();
        },
      });
      opened.on('closed', () => {
        window = undefined;
      });
      await opened.loadURL(`${origin}/`);
      log.debug(`The window was ready ${process.uptime().toFixed(2)} s after the start.`);
    },
  };
}

/** Puts what the system handed over before the desk, as the page would put what was dropped on it. */
export function offersOf({ paths, links }: Opened, handles: Pick<HandleTable, 'register'>): Offer[] {
  return [
    ...handles.register(paths).map((handle): Offer => ({ kind: 'handle', handle })),
    ...links.map((url): Offer => ({ kind: 'link', url })),
  ];
}
