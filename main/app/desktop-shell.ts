import type {
  BrowserWindow,
  Clipboard,
  Dialog,
  NativeImage,
  NativeTheme,
  Shell as SystemShell,
} from 'electron';
import { imageExtensions } from '../../contract/formats.ts';
import type { Settings } from '../../contract/app-state.ts';
import type { Shell } from './shell.ts';

/** What of Electron the shell stands on. */
export interface ShellParts {
  readonly dialog: Pick<Dialog, 'showOpenDialog' | 'showSaveDialog' | 'showMessageBox'>;
  readonly clipboard: Pick<Clipboard, 'writeText'>;
  readonly system: Pick<SystemShell, 'showItemInFolder'>;
  readonly theme: Pick<NativeTheme, 'themeSource'>;
  /** The window that dialogs belong to; undefined while there is none. */
  readonly window: () => BrowserWindow | undefined;
  /** Shown beside the pointer while results are dragged out. */
  readonly dragIcon: string | NativeImage;
  readonly logFile: () => string;
  readonly setLogLevel: (level: Settings['logLevel']) => void;
  readonly batchChanged: Shell['batchChanged'];
}

const presetFilter = { name: 'Millrace preset', extensions: ['json'] };

/** Answers what the window's session asks of the desktop, with the system's own dialogs. */
export function createShell(parts: ShellParts): Shell {
  const { dialog, clipboard, system, theme, window } = parts;

  async function choose(
    properties: ('openFile' | 'openDirectory' | 'multiSelections' | 'createDirectory')[],
    filters: Electron.FileFilter[] = [],
  ): Promise<readonly string[]> {
    const options = { properties, filters };
    const owner = window();
    const { canceled, filePaths } = await (owner === undefined
      ? dialog.showOpenDialog(options)
      : dialog.showOpenDialog(owner, options));
    return canceled ? [] : filePaths;
  }

  /** Whether the first of two buttons was chosen; the second is what Escape means. */
  async function agree(message: string, detail: string, yes: string): Promise<boolean> {
    const options = {
      type: 'question' as const,
      message,
      detail,
      buttons: [yes, 'Cancel'],
      defaultId: 0,
      cancelId: 1,
      noLink: true,
    };
    const owner = window();
    const { response } = await (owner === undefined
      ? dialog.showMessageBox(options)
      : dialog.showMessageBox(owner, options));
    return response === 0;
  }

  return {
    chooseFiles: () =>
      choose(
        ['openFile', 'multiSelections'],
        [
          { name: 'Pictures', extensions: [...imageExtensions] },
          { name: 'All files', extensions: ['*'] },
        ],
      ),
    chooseFolder: () => choose(['openDirectory', 'multiSelections']),
    chooseDestination: async () => (await choose(['openDirectory', 'createDirectory']))[0],
    choosePresetToImport: async () => (await choose(['openFile'], [presetFilter]))[0],
    async choosePresetExport(name) {
      const options = { defaultPath: `${name}.json`, filters: [presetFilter] };
      const owner = window();
      const { canceled, filePath } = await (owner === undefined
        ? dialog.showSaveDialog(options)
        : dialog.showSaveDialog(owner, options));
      return canceled ? undefined : filePath;
    },
    confirmReplace: (count) =>
      agree(
        count === undefined ? 'Replace the originals?' : `Replace ${String(count)} originals?`,
        'Each is kept as a backup first, and can be put back from History.',
        'Replace',
      ),
    confirmStop: () => agree('Stop the batch?', 'What is done stays. What is not is left as it is.', 'Stop'),
    showInFolder: (path) => {
      system.showItemInFolder(path);
    },
    startDrag(paths) {
      const [file] = paths;
      if (file === undefined) return;
      window()?.webContents.startDrag({ file, files: [...paths], icon: parts.dragIcon });
    },
    copyText: (text) => {
      void clipboard.writeText(text);
    },
    showLogs: () => {
      system.showItemInFolder(parts.logFile());
    },
    setTheme: (source) => {
      theme.themeSource = source;
    },
    setLogLevel: parts.setLogLevel,
    batchChanged: parts.batchChanged,
  };
}
