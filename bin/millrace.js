#!/usr/bin/env node
// Starts the built command line. Runs on any Node since 20: where the running one is too old, the pinned one of
// node_modules takes over. Built first when it has not been.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const cli = join(root, 'out/main/cli.js');
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
const isNewEnough = major > 22 || (major === 22 && minor >= 15);

/** The Node that comes with the development dependencies, or nothing. */
function pinnedNode() {
  try {
    const folder = dirname(createRequire(import.meta.url).resolve('node/package.json'));
    const path = join(folder, process.platform === 'win32' ? 'bin/node.exe' : 'bin/node');
    return existsSync(path) ? path : undefined;
  } catch {
    return undefined;
  }
}

const node = isNewEnough ? process.execPath : pinnedNode();
if (node === undefined) {
  console.error(
    `millrace: Node 22.15 or newer is needed, this is ${process.versions.node}. Run npm ci in ${root} first.`,
  );
  process.exit(2);
}

if (!existsSync(cli)) {
  console.error('millrace: building it first, once ...');
  const script = join(root, 'node_modules/electron-vite/bin/electron-vite.js');
  const { status } = spawnSync(node, [script, 'build', '--logLevel', 'error'], {
    cwd: root,
    stdio: ['ignore', 2, 2],
  });
  if (status !== 0) {
    console.error(`millrace: it could not be built. Run npm ci in ${root}, then try again.`);
    process.exit(2);
  }
}

if (node === process.execPath) {
  await import(cli);
} else {
  const child = spawn(node, [cli, ...process.argv.slice(2)], { stdio: 'inherit' });
  // Ctrl-C reaches the child by itself, being of the same terminal; a kill of this process does not.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
    process.on(signal, () => {
      if (signal !== 'SIGINT') child.kill(signal);
    });
  }
  child.on('exit', (code, signal) => {
    process.exit(code ?? (signal === 'SIGINT' ? 130 : 1));
  });
}
