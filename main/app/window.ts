import { BrowserWindow } from 'electron';
import type { WindowPlace } from './window-place.ts';

export interface WindowOptions {
  /** File of the preload script. */
  readonly preload: string;
  /** Picture for the task bar where the desktop does not take it from the package. */
  readonly icon: string;
  readonly place: WindowPlace;
}

/** Opens the window. It is shown when there is something to see, so that it does not flash. */
export function openWindow({ preload, icon, place }: WindowOptions): BrowserWindow {
  const window = new BrowserWindow({
    width: place.width,
    height: place.height,
    ...(place.x === undefined || place.y === undefined ? {} : { x: place.x, y: place.y }),
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
    if (place.maximised) window.maximize();
    window.show();
  });
  return window;
}
