import type { MenuItemConstructorOptions } from 'electron';
import type { BatchView } from '../../contract/app-state.ts';

/** What the menu can do. */
export interface MenuActions {
  addFiles(): void;
  addFolder(): void;
  pauseOrResume(): void;
  cancel(): void;
  retryFailed(): void;
  clear(): void;
  showLogs(): void;
  command(name: 'select-all' | 'show-recipe' | 'show-settings' | 'compare' | 'focus-filter'): void;
}

type Template = MenuItemConstructorOptions[];

/**
 * The menu for a batch in this state. Everything the window can do is here with its key, so that the keyboard alone
 * is enough.
 */
export function menuTemplate(
  state: BatchView['state'] | undefined,
  actions: MenuActions,
  platform: NodeJS.Platform,
): Template {
  const works = state === 'working' || state === 'paused' || state === 'held';
  const isMac = platform === 'darwin';
  const settings: Template = [
    {
      label: 'Settings…',
      accelerator: 'CmdOrCtrl+,',
      click: () => {
        actions.command('show-settings');
      },
    },
  ];
  return [
    ...(isMac ? [{ role: 'appMenu' as const }] : []),
    {
      label: 'File',
      submenu: [
        { label: 'Add Files…', accelerator: 'CmdOrCtrl+O', click: actions.addFiles },
        { label: 'Add Folder…', accelerator: 'CmdOrCtrl+Shift+O', click: actions.addFolder },
        { type: 'separator' },
        ...settings,
        { type: 'separator' },
        isMac ? { role: 'close' } : { role: 'quit' },
      ],
    },
    {
      label: 'Edit',
      submenu: [
        { role: 'undo' },
        { role: 'redo' },
        { type: 'separator' },
        { role: 'cut' },
        { role: 'copy' },
        { role: 'paste' },
        {
          label: 'Select All Pictures',
          accelerator: 'CmdOrCtrl+Shift+A',
          click: () => {
            actions.command('select-all');
          },
        },
        {
          label: 'Find',
          accelerator: 'CmdOrCtrl+F',
          click: () => {
            actions.command('focus-filter');
          },
        },
      ],
    },
    {
      label: 'Batch',
      submenu: [
        {
          label: state === 'working' ? 'Pause' : 'Resume',
          accelerator: 'CmdOrCtrl+P',
          enabled: works,
          click: actions.pauseOrResume,
        },
        { label: 'Cancel', accelerator: 'CmdOrCtrl+.', enabled: works, click: actions.cancel },
        {
          label: 'Retry Failed',
          accelerator: 'CmdOrCtrl+Shift+R',
          enabled: state !== undefined,
          click: actions.retryFailed,
        },
        {
          label: 'Clear',
          accelerator: 'CmdOrCtrl+Backspace',
          enabled: state !== undefined,
          click: actions.clear,
        },
      ],
    },
    {
      label: 'View',
      submenu: [
        {
          label: 'Compare',
          accelerator: 'CmdOrCtrl+D',
          enabled: state !== undefined,
          click: () => {
            actions.command('compare');
          },
        },
        {
          label: 'Recipe',
          accelerator: 'CmdOrCtrl+E',
          click: () => {
            actions.command('show-recipe');
          },
        },
        { type: 'separator' },
        { role: 'reload' },
        { role: 'resetZoom' },
        { role: 'zoomIn' },
        { role: 'zoomOut' },
        { role: 'togglefullscreen' },
      ],
    },
    { label: 'Help', role: 'help', submenu: [{ label: 'Show Logs', click: actions.showLogs }] },
  ];
}
