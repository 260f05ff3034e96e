import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { _electron, type ElectronApplication } from 'playwright-core';
import { createAgent } from './agent.ts';
import type { HostOptions, RemoteAgent, RunningApp } from './running-app.ts';

declare global {
  /** The tests' agent, in Electron's main process. */
  var millraceAgent: Record<string, (...args: unknown[]) => unknown> | undefined;
}

/** Runs the built app in Electron itself. */
export async function startOnElectron(program: string, options: HostOptions): Promise<RunningApp> {
  const env = Object.fromEntries(
    Object.entries(options.env).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
  const sandbox = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
  const app = await _electron.launch({
    executablePath: program,
    args: [...sandbox, options.script, ...options.args],
    cwd: options.home,
    env,
  });
  let output = '';
  const child = app.process();
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on('data', (text: Buffer) => {
      output += String(text);
    });
  }
  const exited = new Promise<number | null>((resolve) => {
    child.on('exit', resolve);
  });
  await app.evaluate((electron, source) => {
    // eslint-disable-next-line @typescript-eslint/no-implied-eval, @typescript-eslint/no-unsafe-call
    globalThis.millraceAgent = new Function('electron', `return (${source})(electron)`)(electron) as Record<
      string,
      (...args: unknown[]) => unknown
    >;
  }, createAgent.toString());
  const page = await app.firstWindow();
  await page.waitForLoadState();
  return {
    page,
    agent: remoteAgent(app),
    pid: child.pid ?? 0,
    exited,
    output: () => output,
    // Electron knows the paths of dropped files by itself.
    dropping: () => Promise.resolve(),
    systemPrefers: async (theme) => {
      await page.emulateMedia({ colorScheme: theme });
    },
    async startSecond(args) {
      const second = spawn(program, [...sandbox, options.script, ...args], { cwd: options.home, env });
      const [code] = (await once(second, 'close')) as [number | null];
      return code;
    },
    async end() {
      child.kill('SIGKILL');
      await exited;
    },
  };
}

function remoteAgent(app: ElectronApplication): RemoteAgent {
  return new Proxy({} as RemoteAgent, {
    get: (_target, method) =>
      method === 'then'
        ? undefined
        : (...args: unknown[]) =>
            app.evaluate((_electron, { name, given }) => globalThis.millraceAgent?.[name]?.(...given), {
              name: String(method),
              given: args,
            }),
  });
}
