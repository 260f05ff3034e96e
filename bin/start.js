// npm start: opens the built app where Electron can be had and there is a screen, else says in one line why not.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const electron = join(root, 'node_modules/electron');
const instead = 'The command line does the same work: npx millrace <files> --to webp';
const downloadMs = 180_000;

function giveUp(reason) {
  console.error(`${reason} ${instead}`);
  process.exit(1);
}

function findElectron() {
  const folder = process.env['ELECTRON_OVERRIDE_DIST_PATH'] ?? join(electron, 'dist');
  const pathFile = join(electron, 'path.txt');
  const name = existsSync(pathFile)
    ? readFileSync(pathFile, 'utf8').trim()
    : ({ darwin: 'Electron.app/Contents/MacOS/Electron', win32: 'electron.exe' }[process.platform] ??
      'electron');
  const path = join(folder, name);
  return existsSync(path) ? path : undefined;
}

if (process.platform === 'linux' && !process.env['DISPLAY'] && !process.env['WAYLAND_DISPLAY']) {
  giveUp('There is no screen to open a window on.');
}

if (findElectron() === undefined) {
  // Electron downloads its program at the first start; without a network that must not take for ever.
  spawnSync(process.execPath, [join(electron, 'install.js')], { stdio: 'ignore', timeout: downloadMs });
}
const program = findElectron();
if (program === undefined) giveUp('Electron is not here and could not be downloaded.');

const development = process.argv.includes('--dev');
const vite = join(root, 'node_modules/electron-vite/bin/electron-vite.js');
const child = development
  ? spawn(process.execPath, [vite, 'dev'], {
      cwd: root,
      stdio: 'inherit',
      env: { ...process.env, ELECTRON_EXEC_PATH: program },
    })
  : spawn(program, [root], { stdio: 'inherit' });
child.on('exit', (code) => {
  process.exit(code ?? 1);
});
