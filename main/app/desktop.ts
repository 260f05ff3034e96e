import { join } from 'node:path';
import type * as Electron from 'electron';
import type { BrowserWindow } from 'electron';
import type { AppView, BatchView } from '../../contract/app-state.ts';
import { createBatchPresence } from './batch-presence.ts';
import { createShell } from './desktop-shell.ts';
import { registerDroppedFiles } from './dropped-files.ts';
import { createHandleTable, type HandleTable } from './handles.ts';
import type { LogFile } from './log.ts';
import { menuTemplate, type MenuActions } from './menu.ts';
import { quitCleanly } from './quitting.ts';
import type { Shell } from './shell.ts';
import { readPlace, writePlace } from './window-place.ts';
import { openWindow } from './window.ts';

export interface DesktopOptions {
  readonly origin: string;
  readonly log: LogFile;
  /** Files of the preload script and of the icon. */
  readonly preload: string;
  readonly icon: string;
}

/** What the desk does for the menu and at the end of the app. */
export interface MenuDesk {
  readonly batch:
    | { readonly state: BatchView['state']; pause(): void; resume(): void; cancel(): Promise<void> }
    | undefined;
  view(): AppView;
  watch(listener: { rowChanged(id: number): void; viewChanged(): void }): () => void;
  addPaths(paths: readonly string[]): Promise<void>;
  retry(ids: readonly number[] | undefined): Promise<void>;
  clear(): Promise<void>;
  notice(text: string): void;
  close(): Promise<void>;
}

/** The window and everything of the system around it. */
export interface Desktop {
  readonly shell: Shell;
  readonly handles: HandleTable;
  /** Connects menu, task bar and quitting with the desk. */
  serve(desk: MenuDesk, command: MenuActions['command']): void;
  /** Opens the window; settles when its page has loaded. */
  open(): Promise<void>;
}

/** Puts the shell together: dialogs, menu, task bar, quitting, the window and its place. */
export function openDesktop(electron: typeof Electron, options: DesktopOptions): Desktop {
  const {
    app,
    clipboard,
    dialog,
    ipcMain,
    Menu,
    nativeTheme,
    Notification,
    powerSaveBlocker,
    screen,
    shell: system,
  } = electron;
  const { origin, log } = options;
  const handles = createHandleTable();
  registerDroppedFiles(ipcMain, handles, { origin, log });
  const placeFile = join(app.getPath('userData'), 'window.json');
  let window: BrowserWindow | undefined;
  let desk: MenuDesk | undefined;
  let command: MenuActions['command'] | undefined;
  let menuState: string | undefined;

  const presence = createBatchPresence({
    power: powerSaveBlocker,
    window: () => window,
    notify(title, body) {
      if (desk?.view().settings.notify === true && Notification.isSupported())
        new Notification({ title, body }).show();
    },
  });

  const shell = createShell({
    dialog,
    clipboard,
    system,
    theme: nativeTheme,
    window: () => window,
    dragIcon: options.icon,
    logFile: log.path,
    setLogLevel: log.setLevel,
    batchChanged(view) {
      presence(view);
      if (view?.state !== menuState) setMenu();
    },
  });

  const report = (error: unknown): void => {
    desk?.notice(error instanceof Error ? error.message : String(error));
  };

  const actions: MenuActions = {
    addFiles: () =>
      void shell
        .chooseFiles()
        .then((paths) => desk?.addPaths(paths))
        .catch(report),
    addFolder: () =>
      void shell
        .chooseFolder()
        .then((paths) => desk?.addPaths(paths))
        .catch(report),
    pauseOrResume() {
      if (desk?.batch?.state === 'working') desk.batch.pause();
      else desk?.batch?.resume();
    },
    cancel: () => void desk?.batch?.cancel(),
    retryFailed: () => void desk?.retry(undefined).catch(report),
    clear: () => void desk?.clear().catch(report),
    showLogs: shell.showLogs,
    command: (name) => command?.(name),
  };

  function setMenu(): void {
    const state = desk?.batch?.state;
    menuState = state;
    Menu.setApplicationMenu(Menu.buildFromTemplate(menuTemplate(state, actions, process.platform)));
  }

  function remember(from: BrowserWindow): void {
    writePlace(placeFile, { ...from.getNormalBounds(), maximised: from.isMaximized() });
  }

  /** Settles when the batch in the window is over. */
  function finished(of: MenuDesk): Promise<void> {
    return new Promise((resolve) => {
      const look = (): void => {
        const state = of.batch?.state;
        if (state === 'working' || state === 'paused' || state === 'held' || state === 'cancelling') return;
        unwatch();
        resolve();
      };
      const unwatch = of.watch({ rowChanged: () => undefined, viewChanged: look });
      of.batch?.resume();
      look();
    });
  }

  return {
    shell,
    handles,
    serve(toServe, toCommand) {
      desk = toServe;
      command = toCommand;
      setMenu();
      quitCleanly({
        app,
        dialog,
        state: () => toServe.batch?.state,
        asks: () => toServe.view().settings.confirmQuit,
        finished: () => finished(toServe),
        close: () => toServe.close(),
      });
    },
    async open() {
      const displays = screen.getAllDisplays().map(({ workArea }) => workArea);
      const opened = openWindow({
        preload: options.preload,
        icon: options.icon,
        place: readPlace(placeFile, displays),
      });
      window = opened;
      opened.on('close', () => {
        remember(opened);
      });
      opened.on('closed', () => {
        window = undefined;
      });
      await opened.loadURL(`${origin}/`);
      log.debug(`The window was ready ${process.uptime().toFixed(2)} s after the start.`);
    },
  };
}
