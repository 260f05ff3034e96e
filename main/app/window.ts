import { BrowserWindow } from 'electron';
import { appOrigin } from './app-protocol.ts';

/** Opens the window. It is shown when there is something to see, so that it does not flash. */
export function createWindow(preload: string): BrowserWindow {
  const window = new BrowserWindow({
    width: 960,
    height: 640,
    minWidth: 480,
    minHeight: 360,
    show: false,
    title: 'Millrace',
    backgroundColor: '#f6f5f2',
    webPreferences: {
      preload,
      contextIsolation: true,
      sandbox: true,
      nodeIntegration: false,
      webviewTag: false,
    },
  });
  window.once('ready-to-show', () => {
    window.show();
  });
  void window.loadURL(`${appOrigin}/index.html`);
  return window;
}
