// The main script of an app that asks Electron whether it is as documented. `npm run conformance` runs it on the best
// host there is; `electron tests/conformance/main.js` runs it as it is.
import { app, protocol, utilityProcess } from 'electron';
import { runAll } from './suite.js';

let earlyFork = 'accepted';
try {
  utilityProcess.fork('worker.js');
} catch (error) {
  earlyFork = error.message;
}
protocol.registerSchemesAsPrivileged([
  { scheme: 'app', privileges: { standard: true, secure: true, supportFetchAPI: true } },
]);
// While there is a listener, closing the last window does not quit.
app.on('window-all-closed', () => undefined);

async function main() {
  await app.whenReady();
  const host = process.env.MILLRACE_BROWSER === undefined ? 'Electron' : 'the stand-in for Electron';
  console.log(
    `Conformance on ${host} ${process.versions.electron}, Chromium ${process.versions.chrome}, Node ${process.versions.node}`,
  );
  console.log(`  ${earlyFork === 'accepted' ? 'FAILED' : 'ok    '}  fork before the app is ready throws`);
  await import('./ports.js');
  await import('./utility.js');
  const { serve } = await import('./window.js');
  serve();
  await import('./desktop.js');
  const failed = await runAll();
  app.exit(failed === 0 && earlyFork !== 'accepted' ? 0 : 1);
}

main().catch((error) => {
  console.error(error);
  app.exit(1);
});
