import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as electron from 'electron';
import { asMillraceError } from '../contract/errors.ts';
import packageJson from '../package.json' with { type: 'json' };
import { appOrigin, appScheme, serveApp } from './app/app-protocol.ts';
import { openDesktop } from './app/desktop.ts';
import { startLog } from './app/log.ts';
import { collectOpenedFiles } from './app/opened-files.ts';
import { denyPermissions, guardContents } from './app/security.ts';
import { openBridge } from './bridge/open-bridge.ts';
import { createPreferences } from './store/preferences.ts';
import { openStore, type Store } from './store/store.ts';

// The desktop app's composition root: builds the parts, wires them, nothing else.

const { app, ipcMain, MessageChannelMain, protocol, session, utilityProcess } = electron;
const path = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url));

const log = startLog();
/** While the app is written, its page comes from the development server. */
const origin = (app.isPackaged ? undefined : process.env['ELECTRON_RENDERER_URL']) ?? appOrigin;

async function boot(): Promise<void> {
  await app.whenReady();
  denyPermissions(session.defaultSession);
  serveApp(protocol, path('../renderer'));
  const desktop = openDesktop(electron, {
    origin,
    log,
    preload: path('../preload/index.cjs'),
    icon: path('../../resources/icon.png'),
  });
  const data = app.getPath('userData');
  const { store, notice } = remembered(data);
  const { desk, control } = openBridge({
    electron: { app, ipcMain, utilityProcess, openChannel: () => new MessageChannelMain() },
    origin,
    hello: { name: 'Millrace', version: packageJson.version, platform: process.platform },
    shell: desktop.shell,
    handles: desktop.handles,
    folders: {
      dropped: join(data, 'dropped'),
      samples: path('../../resources/samples'),
      samplesCopy: join(data, 'samples'),
      outputs: app.getPath('pictures'),
    },
    worker: path('./image-worker.js'),
    log,
    ...(store === undefined ? {} : { preferences: createPreferences(store.database) }),
  });
  if (notice !== undefined) desk.notice(notice);
  desktop.serve(desk, control.command);
  opened.deliverTo((paths) => void desk.addPaths(paths));
  await desktop.open();
}

/** The store, or what a person should know when there is none: the app works without it and forgets. */
function remembered(folder: string): { store?: Store; notice: string | undefined } {
  try {
    const store = openStore(folder);
    return { store, notice: store.notice };
  } catch (error) {
    const { message } = asMillraceError(error);
    log.error(message);
    return { notice: message };
  }
}

protocol.registerSchemesAsPrivileged([appScheme]);
app.on('web-contents-created', (_event, contents) => {
  guardContents(contents, log);
});
app.on('window-all-closed', () => {
  app.quit();
});
const opened = collectOpenedFiles(app, process.argv, process.cwd(), () => {
  electron.BrowserWindow.getAllWindows()[0]?.focus();
});
if (app.requestSingleInstanceLock()) {
  // Not awaited: Electron is ready only after this module has been evaluated (electron/electron#40719).
  boot().catch((error: unknown) => {
    log.error(`Millrace could not start: ${String(error)}`);
    app.exit(1);
  });
} else {
  // The first one has been given our files.
  app.quit();
}
