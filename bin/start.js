// npm start: opens the built app where Electron can be had and there is a screen, else says in one line why not.
// npm run dev: the same with a page that reloads while it is written.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ensureBuilt } from './ensure-built.js';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const electron = join(root, 'node_modules/electron');
const downloadMs = 180_000;

if (process.platform === 'linux' && !process.env.DISPLAY && !process.env.WAYLAND_DISPLAY) {
  giveUp('There is no screen to open a window on.');
}
const program = findElectron() ?? downloadElectron();
if (program === undefined) giveUp('Electron is not here and could not be downloaded.');
if (!ensureBuilt(root, 'out/main/index.js', process.execPath)) process.exit(1);

const vite = join(root, 'node_modules/electron-vite/bin/electron-vite.js');
const child = process.argv.includes('--dev')
  ? spawn(process.execPath, [vite, 'dev'], {
      cwd: root,
      stdio: 'inherit',
      env: { ...process.env, ELECTRON_EXEC_PATH: program },
    })
  : spawn(program, [root], { stdio: 'inherit' });
child.on('error', (error) => giveUp(`Electron could not be started (${error.message}).`));
child.on('exit', (code) => process.exit(code ?? 1));

function giveUp(reason) {
  console.error(`${reason} The command line does the same work: npx millrace <files> --to webp`);
  process.exit(1);
}

/** The Electron program, where it has been downloaded before or an override says where it is. */
function findElectron() {
  const folder = process.env.ELECTRON_OVERRIDE_DIST_PATH ?? join(electron, 'dist');
  const pathFile = join(electron, 'path.txt');
  const usual = { darwin: 'Electron.app/Contents/MacOS/Electron', win32: 'electron.exe' }[process.platform];
  const name = existsSync(pathFile) ? readFileSync(pathFile, 'utf8').trim() : (usual ?? 'electron');
  const path = join(folder, name);
  return existsSync(path) ? path : undefined;
}

/** Electron fetches its program when it is first wanted; without a network that must not take for ever. */
function downloadElectron() {
  if (process.stderr.isTTY) console.error('Downloading Electron, once ...');
  spawnSync(process.execPath, [join(electron, 'install.js')], { stdio: 'ignore', timeout: downloadMs });
  return findElectron();
}
