import electron from './electron.ts';
import { createAgent } from '../agent.ts';
import { app } from './app.ts';
import { BrowserWindow } from './browser-window.ts';
import { nativeTheme } from './native-theme.ts';
import { requireReady } from './place.ts';

/** What a test asks of the app's main process. */
export interface ControlRequest {
  readonly id: number;
  readonly method: string;
  readonly args: readonly unknown[];
}

export interface ControlAnswer {
  readonly id: number;
  readonly value?: unknown;
  readonly error?: string;
}

/** Serves the tests over this process's own channel, and hides that channel from the app. */
export function takeControl(): void {
  const send = process.send?.bind(process);
  if (send === undefined) return;
  Object.assign(process, { send: undefined });
  const agent = createAgent(electron as Parameters<typeof createAgent>[0]);
  const own: Record<string, (...args: never[]) => unknown> = {
    ...agent,
    place: async () => {
      await app.whenReady();
      const window = BrowserWindow.getAllWindows()[0] ?? (await firstWindow());
      await window.webContents.loaded();
      const { browser } = requireReady('the browser');
      return { endpoint: browser.endpoint, browser: browser.pid, target: await window.webContents.target() };
    },
    dropping: (paths: readonly string[]) => BrowserWindow.getAllWindows()[0]?.webContents.dropping(paths),
    systemPrefers: async (theme: 'light' | 'dark') => {
      nativeTheme.systemPrefers(theme);
      await Promise.all(BrowserWindow.getAllWindows().map(({ webContents }) => webContents.themeChanged()));
    },
  };

  async function answer({ id, method, args }: ControlRequest): Promise<void> {
    let reply: ControlAnswer;
    try {
      const call = own[method] as ((...args: readonly unknown[]) => unknown) | undefined;
      if (call === undefined) throw new Error(`The app's main process knows no ${method}.`);
      reply = { id, value: await call(...args) };
    } catch (error) {
      reply = { id, error: error instanceof Error ? (error.stack ?? error.message) : String(error) };
    }
    send?.(reply);
  }

  process.on('message', (request: ControlRequest) => {
    void answer(request);
  });
  // The tests are gone: nobody is left to end this.
  process.on('disconnect', () => process.exit(1));
  process.channel?.unref();
}

function firstWindow(): Promise<BrowserWindow> {
  return new Promise((resolve) => {
    app.once('browser-window-created', (_event: object, window: BrowserWindow) => {
      resolve(window);
    });
  });
}
