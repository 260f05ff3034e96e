import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, readdir, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CDPSession, Page } from 'playwright-core';
import type { DialogAnswer } from './agent.ts';
import { startOnChromium } from './chromium-host.ts';
import { startOnElectron } from './electron-host.ts';
import { findHost } from './find-host.ts';
import type { HostOptions, RemoteAgent } from './running-app.ts';

export interface AppOptions {
  /** The home of a person: settings, logs and pictures are in it. A new one when none is given. */
  readonly home?: string;
  /** Files on the command line. */
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Main script of another app, for what has to be known of the harness itself. */
  readonly script?: string;
}

/** The built app, driven as a person would. */
export interface AppUnderTest extends AsyncDisposable {
  readonly host: 'chromium' | 'electron';
  readonly home: string;
  readonly page: Page;
  readonly agent: RemoteAgent;
  readonly pid: number;
  /** Errors and warnings of the page's console. */
  readonly complaints: readonly string[];
  /** Drags real files and folders from outside onto the middle of the window and lets go. */
  drop(paths: readonly string[]): Promise<void>;
  /** Drags them onto the middle of the window, and holds them there. */
  dragOver(paths: readonly string[]): Promise<void>;
  /** Takes what is held over the window out of it again. */
  dragAway(): Promise<void>;
  /** Drags something that is no file, such as a link out of a browser. */
  dropText(mimeType: string, text: string): Promise<void>;
  /** Waits for a dialog of the system and answers it; gives what it said. */
  answer(answer: DialogAnswer): ReturnType<RemoteAgent['nextDialog']>;
  systemPrefers(theme: 'light' | 'dark'): Promise<void>;
  reload(): Promise<void>;
  /** Quits as the menu does; gives main's exit code. */
  quit(): Promise<number | null>;
  /** Main's exit code, once it has ended. */
  readonly exited: Promise<number | null>;
  /** Starts the app a second time beside this one; gives its exit code. */
  startSecond(args: readonly string[]): Promise<number | null>;
  /** Main's log file; empty as long as nothing was worth a line. */
  log(): Promise<string>;
  output(): string;
}

/** Starts the built app on the best host there is. */
export async function openApp(options: AppOptions = {}): Promise<AppUnderTest> {
  const host = findHost();
  const home = options.home ?? (await newHome());
  const settings: HostOptions = {
    home,
    script: options.script ?? join(import.meta.dirname, '../../out/main/index.js'),
    args: options.args ?? [],
    env: { ...process.env, HOME: home, XDG_CONFIG_HOME: join(home, '.config'), ...options.env },
  };
  const app =
    host.kind === 'electron'
      ? await startOnElectron(host.program, settings)
      : await startOnChromium(host.program, settings);
  const { page, agent } = app;
  // Bounds a hang on a shared machine; it measures nothing.
  page.setDefaultTimeout(60_000);
  const complaints: string[] = [];
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(error.message));
  // What is dropped on a window that is still empty is lost.
  if (options.script === undefined) await page.getByRole('banner').waitFor();
  const devTools = await page.context().newCDPSession(page);
  return {
    host: host.kind,
    home,
    page,
    agent,
    pid: app.pid,
    complaints,
    async drop(paths) {
      await app.dropping(paths);
      await drag(page, devTools, wholeDrag, { items: [], files: [...paths] });
    },
    async dragOver(paths) {
      await app.dropping(paths);
      await drag(page, devTools, ['dragEnter', 'dragOver'], { items: [], files: [...paths] });
    },
    async dragAway() {
      // The page is told that it left; of a `dragCancel` by this protocol it is not told anything.
      await drag(page, devTools, ['dragOver'], { items: [] }, outside);
    },
    async dropText(mimeType, text) {
      await drag(page, devTools, wholeDrag, { items: [{ mimeType, data: text }] });
    },
    async answer(answer) {
      const shown = await agent.nextDialog();
      await agent.answerDialog(answer);
      return shown;
    },
    systemPrefers: app.systemPrefers,
    async reload() {
      await page.reload();
    },
    async quit() {
      await agent.quit();
      return app.exited;
    },
    exited: app.exited,
    async log() {
      const folder = await agent.logs();
      if (!existsSync(folder)) return '';
      const files = (await readdir(folder)).filter((name) => name.endsWith('.log')).sort();
      const texts = await Promise.all(files.map((name) => readFile(join(folder, name), 'utf8')));
      return texts.join('');
    },
    startSecond: (args) => app.startSecond(args),
    output: app.output,
    async [Symbol.asyncDispose]() {
      await app.end();
      if (options.home === undefined) await rm(home, { recursive: true, force: true, maxRetries: 3 });
    },
  };
}

/** A person's home that the caller removes; an app may be started in it again and again. */
export async function newHome(): Promise<string> {
  const home = await realpath(await mkdtemp(join(tmpdir(), 'millrace-home-')));
  await mkdir(join(home, 'Pictures'));
  return home;
}

type DragStep = 'dragEnter' | 'dragOver' | 'drop';
const outside = { x: -10, y: -10 };
const wholeDrag: readonly DragStep[] = ['dragEnter', 'dragOver', 'drop'];

async function drag(
  page: Page,
  devTools: CDPSession,
  steps: readonly DragStep[],
  { items, files = [] }: { items: { mimeType: string; data: string }[]; files?: string[] },
  place?: { readonly x: number; readonly y: number },
): Promise<void> {
  const middle = await page.evaluate(() => ({ x: innerWidth / 2, y: innerHeight / 2 }));
  const data = {
    items: items.map((item) => ({ ...item, title: '', baseURL: '' })),
    files,
    // Copying.
    dragOperationsMask: 1,
  };
  for (const type of steps)
    await devTools.send('Input.dispatchDragEvent', { type, ...(place ?? middle), data });
}
