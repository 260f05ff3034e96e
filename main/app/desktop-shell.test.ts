import type { BrowserWindow } from 'electron';
import { describe, expect, it } from 'vitest';
import { createShell, type ShellParts } from './desktop-shell.ts';

interface Asked {
  readonly kind: 'open' | 'save' | 'message';
  /** Whether the dialog belongs to the window. */
  readonly isOwned: boolean;
  readonly options: {
    readonly properties?: readonly string[];
    readonly filters?: readonly { readonly name: string; readonly extensions: readonly string[] }[];
    readonly defaultPath?: string;
    readonly message?: string;
    readonly detail?: string;
    readonly buttons?: readonly string[];
    readonly cancelId?: number;
  };
}

/** A shell whose dialogs are answered with `paths`, and with the button of this number. */
function shellWith({ paths = [] as string[], response = 0, hasWindow = true } = {}) {
  const asked: Asked[] = [];
  const done: unknown[][] = [];
  const note =
    (name: string) =>
    (...args: unknown[]) => {
      done.push([name, ...args]);
    };
  const ask =
    (kind: Asked['kind'], answer: object) =>
    (...args: unknown[]) => {
      asked.push({ kind, isOwned: args.length === 2, options: args.at(-1) as Asked['options'] });
      return Promise.resolve(answer);
    };
  const canceled = paths.length === 0;
  const theme: ShellParts['theme'] = { themeSource: 'system' };
  const window = { webContents: { startDrag: note('drag') } } as unknown as BrowserWindow;
  const shell = createShell({
    dialog: {
      showOpenDialog: ask('open', { canceled, filePaths: paths }),
      showSaveDialog: ask('save', { canceled, filePath: paths[0] ?? '' }),
      showMessageBox: ask('message', { response, checkboxChecked: false }),
    } as unknown as ShellParts['dialog'],
    clipboard: { writeText: note('copy') } as unknown as ShellParts['clipboard'],
    system: { showItemInFolder: note('show') },
    theme,
    window: () => (hasWindow ? window : undefined),
    dragIcon: '/drag.png',
    logFile: () => '/logs/main.log',
    setLogLevel: note('level'),
    batchChanged: note('batch'),
  });
  return { shell, asked, done, theme };
}

describe('dialogs', () => {
  it('choose several pictures, of the formats we read first', async () => {
    const { shell, asked } = shellWith({ paths: ['/a.jpg', '/b.heic'] });
    expect(await shell.chooseFiles()).toEqual(['/a.jpg', '/b.heic']);
    const [dialog] = asked;
    expect(dialog).toMatchObject({ kind: 'open', isOwned: true });
    expect(dialog?.options.properties).toEqual(['openFile', 'multiSelections']);
    expect(dialog?.options.filters?.[0]?.extensions).toEqual(
      expect.arrayContaining(['jpg', 'heic', 'jxl', 'svg']),
    );
  });

  it('choose folders, and one for outputs that may be a new one', async () => {
    const { shell, asked } = shellWith({ paths: ['/one', '/two'] });
    expect(await shell.chooseFolder()).toEqual(['/one', '/two']);
    expect(await shell.chooseDestination()).toBe('/one');
    expect(asked.map(({ options }) => options.properties)).toEqual([
      ['openDirectory', 'multiSelections'],
      ['openDirectory', 'createDirectory'],
    ]);
  });

  it('choose a preset to read, and a name to write one to', async () => {
    const { shell, asked } = shellWith({ paths: ['/web.json'] });
    expect(await shell.choosePresetToImport()).toBe('/web.json');
    expect(await shell.choosePresetExport('Web')).toBe('/web.json');
    expect(asked[1]).toMatchObject({ kind: 'save', options: { defaultPath: 'Web.json' } });
  });

  it('do nothing when they are closed', async () => {
    const { shell } = shellWith();
    expect(await shell.chooseFiles()).toEqual([]);
    expect(await shell.chooseFolder()).toEqual([]);
    expect(await shell.chooseDestination()).toBeUndefined();
    expect(await shell.choosePresetToImport()).toBeUndefined();
    expect(await shell.choosePresetExport('Web')).toBeUndefined();
  });

  it.each([
    [0, true],
    [1, false],
  ])(
    'ask before originals are replaced and before work is stopped (button %i: %s)',
    async (response, agreed) => {
      const { shell, asked } = shellWith({ response });
      expect(await shell.confirmReplace(12)).toBe(agreed);
      expect(await shell.confirmReplace(undefined)).toBe(agreed);
      expect(await shell.confirmStop()).toBe(agreed);
      expect(asked.map(({ options }) => options.message)).toEqual([
        'Replace 12 originals?',
        'Replace the originals?',
        'Stop the batch?',
      ]);
      for (const { options } of asked) expect(options.buttons?.[options.cancelId ?? 0]).toBe('Cancel');
    },
  );

  it('stand alone while there is no window', async () => {
    const { shell, asked } = shellWith({ hasWindow: false });
    await shell.chooseFiles();
    await shell.choosePresetExport('Web');
    await shell.confirmStop();
    expect(asked.map(({ isOwned }) => isOwned)).toEqual([false, false, false]);
  });
});

describe('the desktop', () => {
  it('is asked to show, copy, theme and log', () => {
    const { shell, done, theme } = shellWith();
    shell.showInFolder('/a.jpg');
    shell.showLogs();
    shell.copyText('words');
    shell.setLogLevel('debug');
    shell.batchChanged(undefined);
    shell.setTheme('dark');
    expect(done).toEqual([
      ['show', '/a.jpg'],
      ['show', '/logs/main.log'],
      ['copy', 'words'],
      ['level', 'debug'],
      ['batch', undefined],
    ]);
    expect(theme.themeSource).toBe('dark');
  });

  it('drags all files out at once, and nothing when there is nothing', () => {
    const { shell, done } = shellWith();
    shell.startDrag([]);
    shell.startDrag(['/a.jpg', '/b.jpg']);
    expect(done).toEqual([['drag', { file: '/a.jpg', files: ['/a.jpg', '/b.jpg'], icon: '/drag.png' }]]);
  });
});
