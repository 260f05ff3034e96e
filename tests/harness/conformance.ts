// npm run conformance: asks the host whether it behaves as Electron's documentation says; exits with its answer.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { provideHost } from './find-host.ts';

const { kind, program } = provideHost();
const main = join(import.meta.dirname, '../conformance/main.js');
const home = mkdtempSync(join(tmpdir(), 'millrace-conformance-'));
const sandbox = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
const [command, args] =
  kind === 'electron'
    ? [program, [...sandbox, main]]
    : [process.execPath, [`--import=${join(import.meta.dirname, 'stand-in/register.ts')}`, main]];
const { status } = spawnSync(command, args, {
  stdio: ['ignore', 'inherit', 'inherit'],
  env: {
    ...process.env,
    HOME: home,
    XDG_CONFIG_HOME: join(home, '.config'),
    ...(kind === 'chromium' ? { MILLRACE_BROWSER: program } : {}),
  },
});
rmSync(home, { recursive: true, force: true, maxRetries: 3 });
process.exitCode = status ?? 1;
