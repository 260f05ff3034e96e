import type { MenuItemConstructorOptions } from 'electron';
import type { BatchView, Settings } from '../../contract/app-state.ts';
import type { Command } from '../../contract/control-protocol.ts';

/** What the menu can do. */
export interface MenuActions {
  addFiles(): void;
  addFolder(): void;
  addSamples(): void;
  pauseOrResume(): void;
  cancel(): void;
  retryFailed(): void;
  clear(): void;
  /** Puts the originals of this batch back that were replaced. */
  undo(): void;
  setTheme(theme: Settings['theme']): void;
  showLogs(): void;
  /** Has the page do what only it can. */
  command(name: Command): void;
}

/** What the menu shows. Another state is another menu. */
export interface MenuState {
  readonly batch: BatchView['state'] | undefined;
  readonly hasFailed: boolean;
  readonly hasDone: boolean;
  /** Some had been done before, and were left as they are. */
  readonly hasSkipped: boolean;
  readonly hasReplaced: boolean;
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
  const page = (label: string, accelerator: string, command: Command, enabled = true): Item => ({
    label,
    accelerator,
    enabled,
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
        {
          label: 'Add Sample Pictures',
          accelerator: 'CmdOrCtrl+Shift+S',
          enabled: state.batch === undefined,
          click: actions.addSamples,
        },
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
    { label: 'Batch', submenu: batchItems(state, actions, page) },
    { label: 'Selection', submenu: selectionItems(state, page) },
    { label: 'Preset', submenu: presetItems(page) },
    {
      label: 'View',
      submenu: [
        page('Compare', 'CmdOrCtrl+D', 'compare', state.hasDone),
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

/** An item that the page carries out. */
type PageItem = (label: string, accelerator: string, command: Command, enabled?: boolean) => Item;

function batchItems(state: MenuState, actions: MenuActions, page: PageItem): Item[] {
  const { batch, hasFailed, hasSkipped, hasReplaced } = state;
  const mayGoOn = batch !== 'stopped' && batch !== 'cancelling';
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
      enabled: hasFailed && mayGoOn,
      click: actions.retryFailed,
    },
    page('Convert Anyway', 'CmdOrCtrl+Shift+K', 'convert-anyway', hasSkipped && mayGoOn),
    {
      label: 'Put Originals Back',
      accelerator: 'CmdOrCtrl+Shift+B',
      enabled: hasReplaced,
      click: actions.undo,
    },
    line,
    {
      label: 'Clear',
      // With Shift: without it, Cmd+Backspace empties the line in a text field.
      accelerator: 'CmdOrCtrl+Shift+Backspace',
      enabled: batch !== undefined,
      click: actions.clear,
    },
  ];
}

/** What the menu of a row has too. Only the page knows what is selected. */
function selectionItems({ batch, hasDone, hasFailed, hasSkipped }: MenuState, page: PageItem): Item[] {
  const isThere = batch !== undefined;
  return [
    page('Show Result in Folder', 'CmdOrCtrl+J', 'show-result', hasDone),
    page('Show Original in Folder', 'CmdOrCtrl+Shift+J', 'show-original', isThere),
    line,
    page('Try Again', 'CmdOrCtrl+T', 'retry-selected', isThere && batch !== 'stopped'),
    page('Cancel Selected', 'CmdOrCtrl+Shift+.', 'cancel-selected', isThere && batch !== 'ended'),
    page('Copy Reasons', 'CmdOrCtrl+Shift+C', 'copy-reasons', hasFailed || hasSkipped),
    line,
    page('Remove from List', 'CmdOrCtrl+Shift+X', 'remove', isThere),
  ];
}

/** What stands beside the presets in the recipe panel, which is opened for it. Only the page knows which preset is chosen. */
function presetItems(page: PageItem): Item[] {
  return [
    page('Save as Preset…', 'CmdOrCtrl+S', 'save-preset'),
    page('Rename Preset…', 'CmdOrCtrl+Shift+N', 'rename-preset'),
    page('Delete Preset', 'CmdOrCtrl+Shift+D', 'delete-preset'),
    line,
    page('Export Preset…', 'CmdOrCtrl+Shift+E', 'export-preset'),
    page('Import Preset…', 'CmdOrCtrl+I', 'import-preset'),
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
