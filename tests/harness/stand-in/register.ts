// node --import ./tests/harness/stand-in/register.ts out/main/index.js
// Runs an Electron app in Node, with a Chromium page for each window. MILLRACE_BROWSER is the browser's program.
import { registerHooks } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { startBrowser } from './browser.ts';
import { takeControl } from './control.ts';
import { disguise } from './identity.ts';
import { servePages } from './page-server.ts';
import { setSurroundings } from './place.ts';

disguise('browser');
const standIn = pathToFileURL(join(import.meta.dirname, 'electron.ts')).href;
registerHooks({
  resolve: (specifier, context, next) =>
    specifier === 'electron' || specifier === 'electron/main'
      ? { url: standIn, format: 'module-typescript', shortCircuit: true }
      : next(specifier, context),
});

const { app } = await import('./app.ts');
const { connectLine } = await import('./web-contents.ts');
const { endUtilityProcesses } = await import('./utility-process.ts');
takeControl();

async function start(): Promise<void> {
  const program = process.env['MILLRACE_BROWSER'];
  if (program === undefined) throw new Error('MILLRACE_BROWSER does not say which browser to use.');
  const server = await servePages(connectLine);
  const profile = join(process.env['MILLRACE_BROWSER_PROFILE'] ?? app.getPath('userData'), 'browser');
  const browser = await startBrowser(program, profile, server.port);
  disguise('browser', browser.version);
  app.atEnd(() => {
    endUtilityProcesses();
    browser.close();
  });
  setSurroundings({ browser, server });
  app.becomeReady();
}

for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, () => app.quit());
// Not awaited: the app's own module is to be evaluated before it is ready.
start().catch((error: unknown) => {
  process.stderr.write(`electron stand-in: ${String(error)}\n`);
  process.exit(1);
});
