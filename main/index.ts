import { fileURLToPath } from 'node:url';
import { app, ipcMain, protocol, session } from 'electron';
import packageJson from '../package.json' with { type: 'json' };
import { appScheme, serveApp } from './app/app-protocol.ts';
import { startLog } from './app/log.ts';
import { denyPermissions, guardContents } from './app/security.ts';
import { createWindow } from './app/window.ts';
import { serveControl } from './bridge/control-bridge.ts';

// The desktop app's composition root: builds the parts, wires them, nothing else.

const path = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url));

const log = startLog();
protocol.registerSchemesAsPrivileged([appScheme]);
app.on('web-contents-created', (_event, contents) => {
  guardContents(contents, log);
});
app.on('window-all-closed', () => {
  app.quit();
});

await app.whenReady();
denyPermissions(session.defaultSession);
serveApp(protocol, path('../renderer'));
serveControl(ipcMain, { name: 'Millrace', version: packageJson.version, platform: process.platform }, log);
createWindow(path('../preload/index.cjs'));
