import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as electron from 'electron';
import electronLog from 'electron-log/main.js';
import type { LogLevel } from '../contract/envelope.ts';
import { asMillraceError } from '../contract/errors.ts';
import packageJson from '../package.json' with { type: 'json' };
import { appOrigin, appScheme, serveApp } from './app/app-protocol.ts';
import { offersOf, openDesktop, type Desktop } from './app/desktop.ts';
import { startLog } from './app/log.ts';
import { allowsPrivateLinks, collectOpenedFiles, type OpenedFiles } from './app/opened-files.ts';
import { guardContents, lockSession } from './app/security.ts';
import { openBridge } from './bridge/open-bridge.ts';
import { systemClock } from './engine/clock.ts';
import { openState } from './past/state.ts';

// The desktop app's composition root: builds the parts, wires them, nothing else.

const { app, dialog, ipcMain, MessageChannelMain, protocol, session, utilityProcess } = electron;
const path = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url));

const log = startLog(electronLog);
/** While the app is written, its page comes from the development server. */
const origin = (app.isPackaged ? undefined : process.env['ELECTRON_RENDERER_URL']) ?? appOrigin;
let desktop: Desktop | undefined;

async function boot(opened: OpenedFiles): Promise<void> {
  await app.whenReady();
  lockSession(session.defaultSession);
  serveApp(protocol, path('../renderer'));
  desktop = openDesktop(electron, {
    origin,
    log,
    clock: systemClock,
    preload: path('../preload/index.cjs'),
    icon: path('../../resources/icon.png'),
    dragIcon: path('../../resources/drag.png'),
  });
  const { shell, handles } = desktop;
  const data = app.getPath('userData');
  const outputs = app.getPath('pictures');
  const write = (level: LogLevel, message: string): void => {
    log[level](message);
  };
  const state = openState({
    folder: data,
    thread: path('./journal-thread.js'),
    workingFolder: outputs,
    log: write,
  });
  const { preferences, notice } = state;
  const { desk, control } = openBridge({
    electron: { app, ipcMain, utilityProcess, openChannel: () => new MessageChannelMain() },
    origin,
    hello: { name: 'Millrace', version: packageJson.version, platform: process.platform },
    shell,
    handles,
    folders: {
      dropped: join(data, 'dropped'),
      samples: path('../../resources/samples'),
      samplesCopy: join(data, 'samples'),
      outputs,
    },
    worker: path('./image-worker.js'),
    allowPrivateLinks: allowsPrivateLinks(process.argv),
    log,
    state,
    ...(preferences === undefined ? {} : { preferences }),
  });
  if (notice !== undefined) desk.notice(notice);
  desktop.serve(desk, control.command);
  opened.deliverTo((files) => {
    desk.add(offersOf(files, handles)).catch((error: unknown) => {
      const { code, message } = asMillraceError(error);
      if (code !== 'cancelled') desk.notice(message);
    });
  });
  await desktop.open();
  await desk.goOn();
}

protocol.registerSchemesAsPrivileged([appScheme]);
app.setAboutPanelOptions({ applicationName: 'Millrace', applicationVersion: packageJson.version });
// Windows shows notifications only of apps it knows by a name.
app.setAppUserModelId('millrace');
app.on('web-contents-created', (_event, contents) => {
  guardContents(contents, log);
});
app.on('window-all-closed', () => {
  app.quit();
});
const start = { argv: process.argv, workingFolder: process.cwd() };
const opened = collectOpenedFiles(app, start, () => desktop?.raise());
if (opened === undefined) {
  // The first one has been given our files.
  app.quit();
} else {
  // Not awaited: Electron is ready only after this module has been evaluated (electron/electron#40719).
  boot(opened).catch((error: unknown) => {
    const { message, detail } = asMillraceError(error);
    log.error(`Millrace could not start: ${message}\n${detail ?? ''}`);
    dialog.showErrorBox('Millrace could not start', message);
    app.exit(1);
  });
}
