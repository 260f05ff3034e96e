// An app that only says what is dropped on it.
import { join } from 'node:path';
import { app, BrowserWindow, protocol } from 'electron';

protocol.registerSchemesAsPrivileged([{ scheme: 'app', privileges: { standard: true, secure: true } }]);

async function boot() {
  await app.whenReady();
  const page = '<!doctype html><title>Drop</title><body><pre id="said"></pre></body>';
  protocol.handle('app', () => new Response(page, { headers: { 'content-type': 'text/html' } }));
  const webPreferences = {
    preload: join(import.meta.dirname, 'preload.cjs'),
    sandbox: true,
    contextIsolation: true,
  };
  await new BrowserWindow({ width: 640, height: 480, webPreferences }).loadURL('app://drop/');
}

boot();
