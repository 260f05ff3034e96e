import { spawn } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import type { Readable, Writable } from 'node:stream';
import { createDevTools, type DevTools } from './devtools.ts';

export interface Browser {
  readonly devTools: DevTools;
  readonly pid: number;
  /** Version of Chromium. */
  readonly version: string;
  /** For the tests' own connection. */
  readonly endpoint: string;
  close(): void;
}

/**
 * Starts Chromium without a window. It ends when its pipe does, so it never outlives this process.
 *
 * @param port where `*.localhost` of the app's schemes is served; nothing else can be reached
 */
export async function startBrowser(program: string, profile: string, port: number): Promise<Browser> {
  mkdirSync(profile, { recursive: true });
  const child = spawn(
    program,
    [
      '--headless=new',
      '--remote-debugging-pipe',
      '--remote-debugging-port=0',
      `--user-data-dir=${profile}`,
      '--no-startup-window',
      '--no-first-run',
      '--no-default-browser-check',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      '--disable-extensions',
      '--disable-features=Translate,MediaRouter,OptimizationHints,LocalNetworkAccessChecks,HttpsUpgrades',
      // Electron's windows do not slow down because another one is in front.
      '--disable-backgrounding-occluded-windows',
      '--disable-renderer-backgrounding',
      '--disable-background-timer-throttling',
      // Electron adds this event to a page's ports (docs: message-ports, `close` event).
      '--enable-blink-features=MessagePortCloseEvent',
      '--password-store=basic',
      '--use-mock-keychain',
      '--enable-precise-memory-info',
      `--host-resolver-rules=MAP *.localhost 127.0.0.1:${String(port)}, MAP * ~NOTFOUND`,
      // Chromium's own sandbox does not start for root, which is who runs in a container.
      ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
    ],
    { stdio: ['ignore', 'ignore', 'pipe', 'pipe', 'pipe'] },
  );
  const complaints: string[] = [];
  const listening = Promise.withResolvers<string>();
  child.stderr?.on('data', (text: Buffer) => {
    complaints.push(String(text).slice(0, 2000));
    // To the end of the line: it may come in pieces.
    const [, endpoint] = /^DevTools listening on (ws:\S+)\r?\n/m.exec(complaints.join('')) ?? [];
    if (endpoint !== undefined) listening.resolve(endpoint);
  });
  const failed = new Promise<never>((_resolve, reject) => {
    child.on('error', reject);
    child.on('exit', (code) => {
      reject(new Error(`${program} ended with ${String(code)}: ${complaints.join('').slice(-800)}`));
    });
  });
  failed.catch(() => undefined);
  const devTools = createDevTools(child.stdio[3] as Writable, child.stdio[4] as Readable);
  const { product } = await Promise.race([devTools.send('Browser.getVersion'), failed]);
  const endpoint = await Promise.race([listening.promise, failed]);
  return {
    devTools,
    pid: child.pid ?? 0,
    version: String(product).split('/')[1] ?? '',
    endpoint,
    close() {
      child.kill('SIGKILL');
    },
  };
}
