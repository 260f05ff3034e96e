import type { BrowserWindow, BrowserWindowConstructorOptions } from 'electron';
import type { WindowPlace } from './window-place.ts';

export interface WindowOptions {
  /** File of the preload script. */
  readonly preload: string;
  /** Picture for the task bar where the desktop does not take it from the package. */
  readonly icon: string;
  readonly place: WindowPlace;
  readonly isDark: boolean;
}

/** The page's own paper, for the moment before it is there (renderer/src/theme.css). */
const paper = { light: '#f7f6f3', dark: '#17191d' } as const;

/** What a window is made of. Its page is locked in: it has no Node, no other world and no way out of its sandbox. */
export function windowOptions(options: WindowOptions): BrowserWindowConstructorOptions {
  const { preload, icon, place, isDark } = options;
  return {
    width: place.width,
    height: place.height,
    ...(place.x === undefined || place.y === undefined ? {} : { x: place.x, y: place.y }),
    minWidth: 480,
    minHeight: 360,
    show: false,
    title: 'Millrace',
    icon,
    backgroundColor: isDark ? paper.dark : paper.light,
    webPreferences: {
      preload,
      contextIsolation: true,
      sandbox: true,
      nodeIntegration: false,
      webviewTag: false,
      // Its dictionaries would be downloaded.
      spellcheck: false,
    },
  };
}

/** Opens the window. It is shown when there is something to see, so that it does not flash. */
export function openWindow(
  Window: new (options: BrowserWindowConstructorOptions) => BrowserWindow,
  options: WindowOptions,
): BrowserWindow {
  const window = new Window(windowOptions(options));
  window.once('ready-to-show', () => {
    if (options.place.maximised) window.maximize();
    window.show();
  });
  return window;
}

/** Brings a window to the front, wherever it was put. */
export function raise(window: Pick<BrowserWindow, 'isMinimized' | 'restore' | 'show' | 'focus'>): void {
  if (window.isMinimized()) window.restore();
  window.show();
  window.focus();
}
