import { BrowserWindow } from 'electron';

export interface WindowOptions {
  /** File of the preload script. */
  readonly preload: string;
  /** Picture for the task bar where the desktop does not take it from the package. */
  readonly icon: string;
}

/** Opens the window. It is shown when there is something to see, so that it does not flash. */
export function openWindow({ preload, icon }: WindowOptions): BrowserWindow {
  const window = new BrowserWindow({
    width: 960,
    height: 640,
    minWidth: 480,
    minHeight: 360,
    show: false,
    title: 'Millrace',
    icon,
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
  return window;
}
