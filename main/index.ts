import { fileURLToPath } from 'node:url';
import { app, ipcMain, MessageChannelMain, protocol, session } from 'electron';
import packageJson from '../package.json' with { type: 'json' };
import { appOrigin, appScheme, serveApp } from './app/app-protocol.ts';
import { startLog } from './app/log.ts';
import { denyPermissions, guardContents } from './app/security.ts';
import { openWindow } from './app/window.ts';
import { serveControl } from './bridge/control-bridge.ts';

// The desktop app's composition root: builds the parts, wires them, nothing else.

const path = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url));

const log = startLog();
/** While the app is written, its page comes from the development server. */
const origin = (app.isPackaged ? undefined : process.env['ELECTRON_RENDERER_URL']) ?? appOrigin;

async function boot(): Promise<void> {
  await app.whenReady();
  denyPermissions(session.defaultSession);
  serveApp(protocol, path('../renderer'));
  const hello = { name: 'Millrace', version: packageJson.version, platform: process.platform };
  serveControl({ ipcMain, openChannel: () => new MessageChannelMain() }, { origin, hello, log });
  const window = openWindow({
    preload: path('../preload/index.cjs'),
    icon: path('../../resources/icon.png'),
  });
  await window.loadURL(`${origin}/`);
}

protocol.registerSchemesAsPrivileged([appScheme]);
app.on('web-contents-created', (_event, contents) => {
  guardContents(contents, log);
});
app.on('window-all-closed', () => {
  app.quit();
});
// Not awaited: Electron is ready only after this module has been evaluated (electron/electron#40719).
boot().catch((error: unknown) => {
  log.error(`Millrace could not start: ${String(error)}`);
  app.exit(1);
});
