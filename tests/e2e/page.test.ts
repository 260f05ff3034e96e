import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { chromium, type Browser, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { controlPortChannel } from '../../contract/channels.ts';
import { seal, type Envelope } from '../../contract/envelope.ts';
import { appOrigin, serveApp } from '../../main/app/app-protocol.ts';

const renderer = join(import.meta.dirname, '../../out/renderer');
const browserPath = [process.env['MILLRACE_CHROMIUM'], '/usr/bin/chromium', '/usr/bin/google-chrome'].find(
  (path) => path !== undefined && existsSync(path),
);

/** What stands for the app's own scheme: the browser refuses `app://`, so the same files come over http. */
const origin = 'http://millrace.localhost';

const hello = seal({
  kind: 'hello',
  credit: 16,
  info: { name: 'Millrace', version: '12.34.56', platform: 'test' },
});

declare global {
  interface Window {
    /** Main's end of the port, in these tests. */
    mainSays?: (message: unknown) => void;
  }
}

// The built page in a real browser; only Electron's side of the port is stood in for.
describe.skipIf(browserPath === undefined)('the page', () => {
  let browser: Browser;

  beforeAll(async () => {
    browser = await chromium.launch({
      ...(browserPath === undefined ? {} : { executablePath: browserPath }),
      // Chromium's own sandbox does not start for root, which is who runs in a container.
      chromiumSandbox: process.getuid?.() !== 0,
    });
  });

  afterAll(async () => {
    await browser.close();
  });

  /** Opens the page; main answers its request for a port with `greeting`, or does not exist. */
  async function open(options: {
    greeting?: Envelope;
    colorScheme?: 'light' | 'dark';
  }): Promise<{ page: Page; complaints: string[] }> {
    const context = await browser.newContext({
      colorScheme: options.colorScheme ?? 'light',
      viewport: { width: 960, height: 640 },
    });
    onTestFinished(() => context.close());
    const page = await context.newPage();
    const complaints: string[] = [];
    page.on('console', (message) => {
      if (['error', 'warning'].includes(message.type())) complaints.push(message.text());
    });
    page.on('pageerror', (error) => complaints.push(error.message));
    let answer: ((request: Request) => Response | Promise<Response>) | undefined;
    serveApp({ handle: (_scheme, handler) => (answer = handler) }, renderer);
    await context.route(`${origin}/**`, async (route) => {
      const response = await answer?.(new Request(route.request().url().replace(origin, appOrigin)));
      if (response === undefined) throw new Error('Nothing serves the page.');
      await route.fulfill({
        status: response.status,
        headers: Object.fromEntries(response.headers),
        body: Buffer.from(await response.arrayBuffer()),
      });
    });
    if (options.greeting !== undefined) {
      // As the preload and main together: the page asks, the port comes, main says hello on it.
      await page.addInitScript(
        ({ channel, greeting }) => {
          const requestControlPort = (): void => {
            const { port1, port2 } = new MessageChannel();
            Object.assign(window, { mainSays: (message: unknown) => port1.postMessage(message) });
            port1.postMessage(greeting);
            window.postMessage(channel, '*', [port2]);
          };
          Object.assign(window, { millrace: { requestControlPort } });
        },
        { channel: controlPortChannel, greeting: options.greeting },
      );
    }
    await page.goto(`${origin}/`);
    return { page, complaints };
  }

  it('says so when it speaks to a main of another build', async () => {
    const { page } = await open({ greeting: { ...hello, v: hello.v + 1 } });
    expect(await page.getByRole('alert').textContent()).toMatch(/version/);
  });

  it('says so when main leaves', async () => {
    const { page } = await open({ greeting: hello });
    await page.getByRole('heading', { name: 'Millrace' }).waitFor();
    // A port that is closed is told to the other end in Electron only; `bye` is what both can say.
    await page.evaluate(
      (message) => {
        if ('mainSays' in window && typeof window.mainSays === 'function') window.mainSays(message);
      },
      seal({ kind: 'bye' }),
    );
    expect(await page.getByRole('alert').textContent()).not.toBe('');
  });

  it('says so when it is opened outside the app', async () => {
    const { page } = await open({});
    expect(await page.getByRole('alert').textContent()).toBe('This page belongs to the Millrace app.');
  });

  it('runs no script but its own', async () => {
    const { page, complaints } = await open({ greeting: hello });
    const ran = await page.evaluate(() => {
      const script = document.createElement('script');
      script.textContent = 'window.injected = true';
      document.body.append(script);
      return 'injected' in window;
    });
    expect(ran).toBe(false);
    expect(complaints.join()).toContain('Content Security Policy');
  });
});
