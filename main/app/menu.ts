import type { MenuItemConstructorOptions } from 'electron';
import type { BatchView, Settings } from '../../contract/app-state.ts';

/** What the menu can do. */
export interface MenuActions {
  addFiles(): void;
  addFolder(): void;
  pauseOrResume(): void;
  cancel(): void;
  retryFailed(): void;
  clear(): void;
  setTheme(theme: Settings['theme']): void;
  showLogs(): void;
  /** Has the page do what only it can. */
  command(
    name: 'select-all' | 'show-recipe' | 'show-settings' | 'show-history' | 'compare' | 'focus-filter',
  ): void;
}

/** What the menu shows. Another state is another menu. */
export interface MenuState {
  readonly batch: BatchView['state'] | undefined;
  readonly hasFailed: boolean;
  readonly hasDone: boolean;
  readonly theme: Settings['theme'];
}

type Item = MenuItemConstructorOptions;

const themes = { system: 'As the System', light: 'Light', dark: 'Dark' } as const;
const themeNames = ['system', 'light', 'dark'] as const;

/**
 * The menu for this state. Everything the window can do is here with its key, so that the keyboard alone is enough, and
 * what makes no sense now is there and disabled.
 */
export function menuTemplate(state: MenuState, actions: MenuActions, platform: NodeJS.Platform): Item[] {
  const isMac = platform === 'darwin';
  const page = (
    label: string,
    accelerator: string,
    command: Parameters<MenuActions['command']>[0],
  ): Item => ({
    label,
    accelerator,
    click: () => {
      actions.command(command);
    },
  });
  const settings = page('Settings…', 'CmdOrCtrl+,', 'show-settings');
  return [
    ...(isMac ? [applicationMenu(settings)] : []),
    {
      label: 'File',
      submenu: [
        { label: 'Add Files…', accelerator: 'CmdOrCtrl+O', click: actions.addFiles },
        { label: 'Add Folder…', accelerator: 'CmdOrCtrl+Shift+O', click: actions.addFolder },
        // The page hears of it as of any paste, with the files, pictures or links that were copied.
        { label: 'Add from the Clipboard', role: 'paste' },
        line,
        ...(isMac ? [{ role: 'close' } as const] : [settings, line, { role: 'quit' } as const]),
      ],
    },
    {
      label: 'Edit',
      submenu: [
        { role: 'undo' },
        { role: 'redo' },
        line,
        { role: 'cut' },
        { role: 'copy' },
        { role: 'paste' },
        { role: 'selectAll' },
        page('Select All Pictures', 'CmdOrCtrl+Shift+A', 'select-all'),
        line,
        page('Find', 'CmdOrCtrl+F', 'focus-filter'),
      ],
    },
    { label: 'Batch', submenu: batchItems(state, actions) },
    {
      label: 'View',
      submenu: [
        { ...page('Compare', 'CmdOrCtrl+D', 'compare'), enabled: state.hasDone },
        page('Recipe', 'CmdOrCtrl+E', 'show-recipe'),
        // Cmd+H hides a Mac's app.
        page('History…', isMac ? 'CmdOrCtrl+Shift+H' : 'CmdOrCtrl+H', 'show-history'),
        line,
        { label: 'Theme', submenu: themeItems(state.theme, actions) },
        { role: 'resetZoom' },
        { role: 'zoomIn' },
        { role: 'zoomOut' },
        { role: 'togglefullscreen' },
        line,
        { role: 'reload' },
      ],
    },
    ...(isMac ? [{ role: 'windowMenu' } as const] : []),
    {
      role: 'help',
      submenu: [
        { label: 'Show Logs', accelerator: 'CmdOrCtrl+Shift+L', click: actions.showLogs },
        ...(isMac ? [] : [line, { label: 'About Millrace', role: 'about' } as const]),
      ],
    },
  ];
}

const line: Item = { type: 'separator' };

/** Where a Mac has what is about the app itself. */
function applicationMenu(settings: Item): Item {
  return {
    label: 'Millrace',
    submenu: [
      { role: 'about' },
      line,
      settings,
      line,
      { role: 'services' },
      line,
      { role: 'hide' },
      { role: 'hideOthers' },
      { role: 'unhide' },
      line,
      { role: 'quit' },
    ],
  };
}

function batchItems({ batch, hasFailed }: MenuState, actions: MenuActions): Item[] {
  const isUnderWay = batch === 'working' || batch === 'paused' || batch === 'held';
  return [
    {
      label: batch === 'paused' || batch === 'held' ? 'Resume' : 'Pause',
      accelerator: 'CmdOrCtrl+P',
      enabled: isUnderWay,
      click: actions.pauseOrResume,
    },
    { label: 'Cancel', accelerator: 'CmdOrCtrl+.', enabled: isUnderWay, click: actions.cancel },
    line,
    {
      label: 'Retry Failed',
      accelerator: 'CmdOrCtrl+Shift+R',
      enabled: hasFailed && batch !== 'stopped' && batch !== 'cancelling',
      click: actions.retryFailed,
    },
    {
      label: 'Clear',
      // With Shift: without it, Cmd+Backspace empties the line in a text field.
      accelerator: 'CmdOrCtrl+Shift+Backspace',
      enabled: batch !== undefined,
      click: actions.clear,
    },
  ];
}

function themeItems(current: MenuState['theme'], actions: MenuActions): Item[] {
  return themeNames.map((theme) => ({
    label: themes[theme],
    type: 'radio',
    checked: theme === current,
    click: () => {
      actions.setTheme(theme);
    },
  }));
}
