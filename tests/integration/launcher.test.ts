import { execFile, execFileSync, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { cp, readdir, readFile, rm, symlink } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { delimiter, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { writePicture } from '../fixtures/pictures.ts';
import { events } from '../fixtures/run-cli.ts';
import { temporaryFolder } from '../fixtures/temporary-folder.ts';

const repository = join(import.meta.dirname, '../..');
const launcher = join(repository, 'bin/millrace.js');

// What is done here stays out of the history of whoever runs it.
beforeEach(async () => {
  vi.stubEnv('MILLRACE_STATE', await temporaryFolder());
});
afterEach(() => {
  vi.unstubAllEnvs();
});

interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

function runScript(node: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Ended> {
  return new Promise((resolve) => {
    execFile(node, args, { env: { ...process.env, ...env } }, (error, stdout, stderr) => {
      resolve({ code: Number(error?.code ?? 0), stdout, stderr });
    });
  });
}

/** A Node of the system that is too old to run the command line by itself. */
function findOldNode(): string | undefined {
  const candidates = (process.env['PATH'] ?? '').split(delimiter).map((folder) => join(folder, 'node'));
  return candidates.find((node) => {
    if (!existsSync(node)) return false;
    const major = Number.parseInt(
      execFileSync(node, ['-p', 'process.versions.node'], { encoding: 'utf8' }),
      10,
    );
    return major >= 20 && major < 24;
  });
}

const oldNode = findOldNode();

describe.for([
  ['the pinned Node', process.execPath],
  ['an older Node', oldNode],
] as const)('npx millrace on %s', ([, node]) => {
  it.skipIf(node === undefined)('runs the built command line', async () => {
    const { version } = JSON.parse(await readFile(join(repository, 'package.json'), 'utf8')) as {
      version: string;
    };
    expect(await runScript(node ?? '', [launcher, '--version'])).toEqual({
      code: 0,
      stdout: `${version}\n`,
      stderr: '',
    });
  });

  it.skipIf(node === undefined)('ends with its exit code', async () => {
    const { code, stderr } = await runScript(node ?? '', [launcher, '--no-such-option']);
    expect(code).toBe(2);
    expect(stderr).toContain('--no-such-option');
  });

  it.skipIf(node === undefined || process.platform === 'win32').for([
    ['SIGINT', 'the launcher', 130],
    ['SIGTERM', 'the launcher', 143],
    ['SIGINT', 'its whole group', 130],
  ] as const)('stops cleanly at a %s to %s', async ([signal, to, code]) => {
    const folder = await temporaryFolder();
    for (let n = 1; n <= 40; n += 1)
      await writePicture(join(folder, `in/${String(n)}.jpg`), { width: 900, height: 700 });
    const args = [launcher, join(folder, 'in'), '--to', 'webp', '-e', 'smallest', '--json'];
    const child = spawn(node ?? '', [...args, '--out', join(folder, 'out')], {
      stdio: ['ignore', 'pipe', 'inherit'],
      detached: true,
    });
    const ended = new Promise((resolve) => child.on('close', resolve));
    const told: { event: string }[] = [];
    createInterface({ input: child.stdout }).on('line', (line) => {
      const event = JSON.parse(line) as { event: string };
      told.push(event);
      if (event.event !== 'job.done' || told.filter(({ event: name }) => name === 'job.done').length > 1)
        return;
      process.kill(to === 'the launcher' ? (child.pid ?? 0) : -(child.pid ?? 0), signal);
    });

    expect(await ended).toBe(code);
    expect(told.at(-1)).toMatchObject({ event: 'summary', interrupted: true });
    const done = told.filter(({ event }) => event === 'job.done').length;
    expect(done).toBeLessThan(40);
    expect(await readdir(join(folder, 'out'))).toHaveLength(done);
  });
});

it('finds the native codecs from within the bundles', async () => {
  const folder = await temporaryFolder();
  await writePicture(join(folder, 'in.jpg'), { width: 90, height: 70 });
  const args = [launcher, join(folder, 'in.jpg'), '--to', 'webp', '--out', join(folder, 'out'), '--json'];
  const result = await runScript(process.execPath, args, { MILLRACE_CODECS: 'native' });
  expect(events(result).find(({ event }) => event === 'job.done')).toMatchObject({
    report: { worker: { codecs: 'native' } },
  });
});

it('loads nothing that a module of Node only could be asked for', async () => {
  const folder = await temporaryFolder();
  await writePicture(join(folder, 'in.jpg'), { width: 90, height: 70 });
  const { stdout } = await runScript(process.execPath, [
    '--import',
    `data:text/javascript,process.on('exit', () => console.log(process.moduleLoadList.join()))`,
    ...[launcher, join(folder, 'in.jpg'), '--to', 'webp', '--out', join(folder, 'out'), '--quiet'],
  ]);
  expect(stdout).toContain('NativeModule crypto');
  expect(stdout).not.toContain('NativeModule internal/crypto/webcrypto');
});

/** What Node has kept of compiled code: a folder for its version, and in it a file for each module. */
async function kept(folder: string): Promise<string[]> {
  const [version = ''] = await readdir(folder);
  return readdir(join(folder, version));
}

describe('what has been compiled', () => {
  it('is kept for the next start, of the workers too', async () => {
    const folder = await temporaryFolder();
    const cache = join(folder, 'cache');
    await writePicture(join(folder, 'in.jpg'), { width: 90, height: 70 });
    const env = { NODE_COMPILE_CACHE: cache };
    await runScript(process.execPath, [launcher, '--version'], env);
    const ofMain = await kept(cache);
    expect(ofMain.length).toBeGreaterThan(0);

    const args = [launcher, join(folder, 'in.jpg'), '--to', 'webp', '--out', join(folder, 'out')];
    const { code } = await runScript(process.execPath, args, env);
    expect(code).toBe(0);
    expect((await kept(cache)).length).toBeGreaterThan(ofMain.length);
  });

  it('is not needed: all goes on where nothing can be kept', async () => {
    const folder = await temporaryFolder();
    await writePicture(join(folder, 'in.jpg'), { width: 90, height: 70 });
    const args = [launcher, join(folder, 'in.jpg'), '--to', 'webp', '--out', join(folder, 'out')];
    const env = { NODE_COMPILE_CACHE: join(folder, 'in.jpg/cache') };
    expect(await runScript(process.execPath, args, env)).toMatchObject({ code: 0 });
    expect(await readdir(join(folder, 'out'))).toHaveLength(1);
  });
});

describe('npx millrace in a folder that was never built', () => {
  it('builds first, says so, and runs', async () => {
    const copy = await temporaryFolder();
    const parts = ['bin', 'cli', 'contract', 'main', 'preload', 'renderer', 'utility'];
    for (const part of [...parts, 'package.json', 'electron.vite.config.ts', 'tsconfig.base.json'])
      await cp(join(repository, part), join(copy, part), { recursive: true });
    await symlink(join(repository, 'node_modules'), join(copy, 'node_modules'), 'junction');
    const script = join(copy, 'bin/millrace.js');

    const first = await runScript(process.execPath, [script, '--version']);
    expect(first).toMatchObject({ code: 0, stderr: 'millrace: building it first, once ...\n' });
    const compiled = join(copy, 'out/compiled');
    const keptAtFirst = await kept(compiled);
    await rm(compiled, { recursive: true });
    const second = await runScript(process.execPath, [script, '--version']);
    expect(second).toEqual({ code: 0, stdout: first.stdout, stderr: '' });
    // Nothing of the tools that built it.
    expect(keptAtFirst.length).toBe((await kept(compiled)).length);
  });
});

describe('npm start', () => {
  const start = join(repository, 'bin/start.js');
  const instead = 'The command line does the same work: npx millrace <files> --to webp\n';

  it.runIf(process.platform === 'linux')('says in one line that there is no screen', async () => {
    expect(await runScript(process.execPath, [start], { DISPLAY: '', WAYLAND_DISPLAY: '' })).toEqual({
      code: 1,
      stdout: '',
      stderr: `There is no screen to open a window on. ${instead}`,
    });
  });

  it('says in one line that Electron cannot be had', async () => {
    const nowhere = await temporaryFolder();
    const result = await runScript(process.execPath, [start], {
      DISPLAY: ':0',
      ELECTRON_OVERRIDE_DIST_PATH: join(nowhere, 'dist'),
      ELECTRON_MIRROR: 'http://127.0.0.1:9/',
      electron_config_cache: nowhere,
    });
    expect(result).toEqual({
      code: 1,
      stdout: '',
      stderr: `Electron is not here and could not be downloaded. ${instead}`,
    });
  });
});
