import type * as Electron from 'electron';

/** A dialog of the system that is open now. */
export interface OpenDialog {
  readonly kind: 'open' | 'save' | 'message';
  readonly title: string;
  readonly message: string;
  readonly detail: string;
  readonly buttons: readonly string[];
  readonly checkbox: string;
  readonly properties: readonly string[];
  readonly defaultPath: string;
}

/** What a person does with it. */
export type DialogAnswer =
  | { readonly paths: readonly string[] }
  | { readonly path: string }
  | { readonly button: string; readonly checked?: boolean }
  | 'cancel';

export interface MenuEntry {
  readonly label: string;
  readonly accelerator: string;
  readonly enabled: boolean;
  readonly visible: boolean;
  readonly checked: boolean;
  readonly submenu: readonly MenuEntry[];
}

/** Something the app asked the desktop to do. */
export type Deed =
  | { readonly kind: 'notification'; readonly title: string; readonly body: string }
  | { readonly kind: 'opened' | 'shown' | 'path-opened'; readonly what: string }
  | { readonly kind: 'dragged'; readonly files: readonly string[] }
  | { readonly kind: 'progress'; readonly share: number }
  | { readonly kind: 'awake'; readonly on: boolean };

/** The person's hands in main: what a test does there and sees there, on every host. */
export type Agent = ReturnType<typeof createAgent>;

/**
 * Takes the place of the desktop around the app. Refers to nothing outside itself: under Electron its source is
 * evaluated in main.
 */
export function createAgent(electron: typeof Electron) {
  const { app, BrowserWindow, clipboard, dialog, Menu, Notification, powerSaveBlocker, shell, webContents } =
    electron;
  const turns = process.getBuiltinModule('node:perf_hooks').monitorEventLoopDelay({ resolution: 5 });
  turns.enable();
  const deeds: Deed[] = [];
  const notifications: Electron.Notification[] = [];
  const open: { shown: OpenDialog; resolve: (answer: DialogAnswer) => void }[] = [];
  let waiting: (() => void)[] = [];
  /** Notes a call of an object's method and lets it happen. */
  function note<K extends string>(
    target: Record<K, (...args: never[]) => unknown>,
    method: K,
    told: (...args: never[]) => Deed,
  ): void {
    const original = target[method];
    target[method] = function noted(this: unknown, ...args: never[]): unknown {
      deeds.push(told(...args));
      return original.apply(this, args);
    };
  }

  /** Opens a dialog that waits for the test. Dialogs may be given their window first. */
  function ask(kind: OpenDialog['kind'], args: readonly unknown[]): Promise<DialogAnswer> {
    const options = (args.at(-1) ?? {}) as Partial<Record<string, unknown>>;
    const text = (key: string): string => {
      const value = options[key];
      return typeof value === 'string' ? value : '';
    };
    const list = (key: string): string[] => {
      const value = options[key];
      return Array.isArray(value) ? value.map(String) : [];
    };
    return new Promise((resolve) => {
      open.push({
        shown: {
          kind,
          title: text('title'),
          message: text('message'),
          detail: text('detail'),
          buttons: list('buttons'),
          checkbox: text('checkboxLabel'),
          properties: list('properties'),
          defaultPath: text('defaultPath'),
        },
        resolve,
      });
      for (const wake of waiting) wake();
      waiting = [];
    });
  }

  Object.assign(dialog, {
    showOpenDialog: async (...args: unknown[]) => {
      const answer = await ask('open', args);
      const filePaths = typeof answer === 'object' && 'paths' in answer ? [...answer.paths] : [];
      return { canceled: filePaths.length === 0, filePaths };
    },
    showSaveDialog: async (...args: unknown[]) => {
      const answer = await ask('save', args);
      const filePath = typeof answer === 'object' && 'path' in answer ? answer.path : '';
      return { canceled: filePath === '', filePath };
    },
    showMessageBox: async (...args: unknown[]) => {
      const options = args.at(-1) as Electron.MessageBoxOptions;
      const answer = await ask('message', args);
      const pressed = typeof answer === 'object' && 'button' in answer ? answer : undefined;
      const response =
        pressed === undefined ? (options.cancelId ?? 0) : (options.buttons ?? ['OK']).indexOf(pressed.button);
      if (response < 0) throw new Error(`The dialog has no button ${pressed?.button ?? ''}.`);
      return { response, checkboxChecked: pressed?.checked ?? options.checkboxChecked ?? false };
    },
  });

  const show = Notification.prototype.show;
  Notification.prototype.show = function noted() {
    deeds.push({ kind: 'notification', title: this.title, body: this.body });
    notifications.push(this);
    show.call(this);
  };
  note(shell as never, 'openExternal', (what: string) => ({ kind: 'opened', what }));
  note(shell as never, 'showItemInFolder', (what: string) => ({ kind: 'shown', what }));
  note(shell as never, 'openPath', (what: string) => ({ kind: 'path-opened', what }));
  note(powerSaveBlocker as never, 'start', () => ({ kind: 'awake', on: true }));
  note(powerSaveBlocker as never, 'stop', () => ({ kind: 'awake', on: false }));
  note(BrowserWindow.prototype as never, 'setProgressBar', (share: number) => ({ kind: 'progress', share }));

  function noteDrags(contents: Electron.WebContents): void {
    note(contents as never, 'startDrag', (item: Electron.Item) => ({
      kind: 'dragged',
      files: item.files !== undefined && item.files.length > 0 ? item.files : [item.file],
    }));
  }
  for (const contents of webContents.getAllWebContents()) noteDrags(contents);
  app.on('web-contents-created', (_event, contents) => {
    noteDrags(contents);
  });

  function theWindow() {
    const [window] = BrowserWindow.getAllWindows();
    if (window === undefined) throw new Error('There is no window.');
    return window;
  }

  type Item = Pick<
    Electron.MenuItem,
    'type' | 'label' | 'enabled' | 'visible' | 'checked' | 'accelerator' | 'click'
  > & {
    readonly submenu?: { readonly items: readonly Item[] };
  };

  function describe(items: readonly Item[]): MenuEntry[] {
    return items
      .filter((item) => item.type !== 'separator')
      .map((item) => ({
        label: item.label,
        accelerator: item.accelerator?.toString() ?? '',
        enabled: item.enabled,
        visible: item.visible,
        checked: item.checked,
        submenu: describe(item.submenu?.items ?? []),
      }));
  }

  function find(path: readonly string[]): Item {
    let items: readonly Item[] = Menu.getApplicationMenu()?.items ?? [];
    let found: Item | undefined;
    for (const label of path) {
      found = items.find((item) => item.label.replace('&', '') === label);
      if (found === undefined) {
        throw new Error(
          `The menu has no ${path.join(' > ')}; there is ${items.map((item) => item.label).join(', ')}.`,
        );
      }
      items = found.submenu?.items ?? [];
    }
    if (found === undefined) throw new Error('Which menu item?');
    return found;
  }

  return {
    /** The dialog that is open, or the next one that opens. */
    nextDialog: async (): Promise<OpenDialog> => {
      while (open[0] === undefined) await new Promise<void>((resolve) => waiting.push(resolve));
      return open[0].shown;
    },
    openDialogs: (): OpenDialog[] => open.map(({ shown }) => shown),
    answerDialog: (answer: DialogAnswer): void => {
      const first = open.shift();
      if (first === undefined) throw new Error('No dialog is open.');
      first.resolve(answer);
    },
    deeds: (): Deed[] => deeds,
    clickNotification: (): void => {
      notifications.at(-1)?.emit('click');
    },
    menu: (): MenuEntry[] => describe(Menu.getApplicationMenu()?.items ?? []),
    clickMenu: (...path: string[]): void => {
      const item = find(path);
      if (!item.enabled) throw new Error(`${path.join(' > ')} is disabled.`);
      const window = theWindow();
      (item.click as (event: object, window: object, contents: object) => void)(
        {},
        window,
        window.webContents,
      );
    },
    copied: async (): Promise<string> => await clipboard.readText(),
    focusWindow: (on: boolean): void => {
      if (on) theWindow().focus();
      else theWindow().blur();
    },
    isFocused: (): boolean => theWindow().isFocused(),
    closeWindow: (): void => {
      theWindow().close();
    },
    windowBounds: (): Electron.Rectangle => theWindow().getBounds(),
    resizeWindow: (width: number, height: number): void => {
      theWindow().setSize(width, height);
    },
    zoom: (factor: number): void => {
      theWindow().webContents.setZoomFactor(factor);
    },
    address: (): string => theWindow().webContents.getURL(),
    workers: (): number[] =>
      app
        .getAppMetrics()
        .filter(
          ({ type, name, serviceName }) =>
            type === 'Utility' && `${name ?? ''}${serviceName ?? ''}`.includes('worker'),
        )
        .map(({ pid }) => pid),
    openFile: (path: string): void => {
      app.emit('open-file', { preventDefault: () => undefined }, path);
    },
    userData: (): string => app.getPath('userData'),
    logs: (): string => app.getPath('logs'),
    /** Main's memory once what is no longer used is gone, as far as that can be had. */
    memory: (): NodeJS.MemoryUsage => {
      globalThis.gc?.();
      return process.memoryUsage();
    },
    /** Longest time that main's event loop was busy with one thing since the last question, milliseconds. */
    longestTurn: (): number => {
      const longest = turns.max / 1e6;
      turns.reset();
      return longest;
    },
    quit: (): void => {
      setImmediate(() => {
        app.quit();
      });
    },
  };
}
