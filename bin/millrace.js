#!/usr/bin/env node
// Starts the built command line. Runs on any Node since 20: where the running one is too old, the pinned one of
// node_modules takes over. Built first when it has not been.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import module, { createRequire } from 'node:module';
import { constants } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { ensureBuilt } from './ensure-built.js';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const output = 'out/main/cli.js';
const usageError = 2;

// The major version that Electron carries too; before it there is no `await using`.
const neededMajor = 24;
const isNewEnough = Number.parseInt(process.versions.node, 10) >= neededMajor;

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

/** Runs the command line in a process of its own and ends as it ended. */
function runWith(node) {
  const child = spawn(node, [join(root, output), ...process.argv.slice(2)], { stdio: 'inherit' });
  // Ctrl-C on a terminal reaches the child by itself; told twice it would end at once instead of cleanly.
  const hasTerminal = process.stdin.isTTY || process.stdout.isTTY || process.stderr.isTTY;
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
    process.on(signal, () => {
      if (signal !== 'SIGINT' || !hasTerminal) child.kill(signal);
    });
  }
  child.on('error', (error) => {
    console.error(`millrace: ${node} could not be started: ${error.message}`);
    process.exit(usageError);
  });
  child.on('exit', (code, signal) => {
    process.exit(code ?? 128 + constants.signals[signal]);
  });
}

const node = isNewEnough ? process.execPath : pinnedNode();
if (node === undefined) {
  console.error(
    `millrace: Node ${neededMajor} or newer is needed, this is ${process.versions.node}. Run npm ci in ${root} first.`,
  );
  process.exit(usageError);
}
if (!ensureBuilt(root, output, node)) process.exit(usageError);
// What V8 has compiled is kept beside what it was compiled from, for this process and for its workers. Where that cannot
// be written nothing is kept, and all goes on.
process.env.NODE_COMPILE_CACHE ??= join(root, 'out/compiled');
if (node === process.execPath) {
  module.enableCompileCache();
  await import(pathToFileURL(join(root, output)).href);
} else runWith(node);
