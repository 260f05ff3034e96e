import { join } from 'node:path';
import { chromium, type Browser, type Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest';
import { controlPortChannel } from '../../contract/channels.ts';
import { protocolVersion } from '../../contract/envelope.ts';
import { appOrigin, serveApp } from '../../main/app/app-protocol.ts';
import { findBrowser, findHost } from '../harness/find-host.ts';
import { installPageMain } from './page-main.ts';

// The built page without an app around it: what it says when main is another one, or none.

const renderer = join(import.meta.dirname, '../../out/renderer');
const origin = 'http://millrace.localhost';
/** Where Electron is, no browser is fetched, and there need not be one: then these are told as skipped. */
const executablePath = findBrowser();
const showing = it.skipIf(executablePath === undefined && findHost().kind === 'electron');
let browser: Browser | undefined;

beforeAll(async () => {
  if (executablePath === undefined) return;
  // Chromium's own sandbox does not start for root, which is who runs in a container.
  browser = await chromium.launch({ executablePath, chromiumSandbox: process.getuid?.() !== 0 });
});

afterAll(async () => {
  await browser?.close();
});

async function open(version: number | undefined): Promise<Page> {
  if (browser === undefined) throw new Error('There is no Chromium to show the page in.');
  const context = await browser.newContext();
  onTestFinished(() => context.close());
  const page = await context.newPage();
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
  if (version !== undefined) {
    await page.addInitScript(installPageMain, { channel: controlPortChannel, version });
  }
  await page.goto(`${origin}/`);
  return page;
}

showing('says so when it speaks to a main of another build', async () => {
  const page = await open(protocolVersion + 1);
  expect(await page.getByRole('alert').textContent()).toMatch(/version/);
  await page.getByRole('button', { name: 'Try again' }).waitFor();
});

showing('says so when it is opened outside the app', async () => {
  const page = await open(undefined);
  expect(await page.getByRole('alert').textContent()).toBe('This page belongs to the Millrace app.');
});

showing('says what to do when main has gone, and asks it again when it is back', async () => {
  const page = await open(protocolVersion);
  await page.evaluate(async () => {
    await window.fakeMain.asked;
    window.fakeMain.leave();
  });
  expect(await page.getByRole('alert').textContent()).toMatch(
    /lost its connection.*Your pictures are safe.*quit Millrace and start it again/,
  );
  await page.getByRole('button', { name: 'Try again' }).click();
  await page.evaluate(() => window.fakeMain.asked);
  await page.getByRole('alert').waitFor({ state: 'detached' });
});
