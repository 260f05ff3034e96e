import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { chromium } from 'playwright-core';

export interface Host {
  readonly kind: 'electron' | 'chromium';
  readonly program: string;
}

const electron = join(import.meta.dirname, '../../node_modules/electron');
const browsers = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/usr/bin/google-chrome-stable',
  '/snap/bin/chromium',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
];

/**
 * What the end-to-end tests run on: Electron where its program is, else a browser. `MILLRACE_HOST` (`electron` or
 * `chromium`) chooses, `MILLRACE_CHROMIUM` names the browser's program.
 *
 * @throws Error with one sentence when there is neither
 */
export function findHost(): Host {
  const wanted = process.env['MILLRACE_HOST'];
  const electronProgram = wanted === 'chromium' ? undefined : findElectron();
  if (electronProgram !== undefined) return { kind: 'electron', program: electronProgram };
  const program = wanted === 'electron' ? undefined : findBrowser();
  if (program !== undefined) return { kind: 'chromium', program };
  throw new Error(
    'The end-to-end tests need Electron, Chromium or Chrome, and none is here: install Chromium, or name its program in MILLRACE_CHROMIUM.',
  );
}

/** As `findHost`, but fetches a browser where none is: Debian's package when it may, else Playwright's own. */
export function provideHost(): Host {
  try {
    return findHost();
  } catch (error) {
    if (process.env['MILLRACE_HOST'] === 'electron' || !(installPackage() || download())) throw error;
    return findHost();
  }
}

function findElectron(): string | undefined {
  const folder = process.env['ELECTRON_OVERRIDE_DIST_PATH'] ?? join(electron, 'dist');
  const pathFile = join(electron, 'path.txt');
  const usual =
    { darwin: 'Electron.app/Contents/MacOS/Electron', win32: 'electron.exe' }[process.platform as string] ??
    'electron';
  const path = join(folder, existsSync(pathFile) ? readFileSync(pathFile, 'utf8').trim() : usual);
  return existsSync(path) ? path : undefined;
}

export function findBrowser(): string | undefined {
  const named = process.env['MILLRACE_CHROMIUM'];
  return [...(named === undefined ? [] : [named]), ...browsers, chromium.executablePath()].find((path) =>
    existsSync(path),
  );
}

function installPackage(): boolean {
  if (process.getuid?.() !== 0 || !existsSync('/usr/bin/apt-get')) return false;
  return (
    attempt('apt-get', ['update']) &&
    attempt('apt-get', ['install', '-y', '--no-install-recommends', 'chromium'])
  );
}

function download(): boolean {
  const cli = join(dirname(import.meta.dirname), '../node_modules/playwright-core/cli.js');
  return attempt(process.execPath, [cli, 'install', 'chromium']);
}

function attempt(command: string, args: readonly string[]): boolean {
  try {
    execFileSync(command, args, {
      stdio: 'ignore',
      timeout: 300_000,
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    });
    return true;
  } catch {
    return false;
  }
}
