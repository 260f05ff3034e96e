import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';

/** Builds once before the integration tests, so that those which run what was built do not run what was built long ago. */
export async function setup(): Promise<void> {
  const repository = join(import.meta.dirname, '../..');
  const script = join(repository, 'node_modules/electron-vite/bin/electron-vite.js');
  await promisify(execFile)(process.execPath, [script, 'build', '--logLevel', 'error'], { cwd: repository });
}
