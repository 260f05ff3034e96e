import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Builds Millrace when the given output is not there yet; says so in one line on stderr.
 *
 * @param {string} root folder of the repository
 * @param {string} output path below it
 * @param {string} node program that runs the build
 * @returns {boolean} whether the output is there now
 */
export function ensureBuilt(root, output, node) {
  if (existsSync(join(root, output))) return true;
  console.error('millrace: building it first, once ...');
  const steps = [
    [join(root, 'bin/build-score.js')],
    [join(root, 'node_modules/electron-vite/bin/electron-vite.js'), 'build', '--logLevel', 'error'],
  ];
  const run = (step) => spawnSync(node, step, { cwd: root, stdio: ['ignore', 2, 2] }).status === 0;
  if (steps.every(run)) return true;
  console.error(`millrace: it could not be built. Run npm ci in ${root}, then try again.`);
  return false;
}
