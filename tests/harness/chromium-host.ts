import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { chromium, type Page } from 'playwright-core';
import { hasCode } from '../../main/files/file-errors.ts';
import type { HostOptions, RemoteAgent, RunningApp } from './running-app.ts';
import type { ControlAnswer, ControlRequest } from './stand-in/control.ts';

const standIn = join(import.meta.dirname, 'stand-in/register.ts');

interface Place {
  /** Of the browser. */
  readonly endpoint: string;
  /** Its process. */
  readonly browser: number;
  /** Of the window's page. */
  readonly target: string;
}

/** Runs `out/main/index.js` in Node with the stand-in for Electron, and connects to the page of its window. */
export async function startOnChromium(program: string, options: HostOptions): Promise<RunningApp> {
  const child = start(program, options);
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on('data', (text: Buffer) => {
      output += String(text);
    });
  }
  const exited = new Promise<number | null>((resolve) => {
    child.on('close', resolve);
  });
  const pending = new Map<number, PromiseWithResolvers<unknown>>();
  let lastId = 0;
  child.on('message', ({ id, value, error }: ControlAnswer) => {
    const call = pending.get(id);
    pending.delete(id);
    if (error === undefined) call?.resolve(value);
    else call?.reject(new Error(error));
  });
  void exited.then((code) => {
    for (const call of pending.values()) {
      call.reject(new Error(`The app ended with ${String(code)}. It wrote:\n${output.slice(-2000)}`));
    }
    pending.clear();
  });

  function call(method: string, args: readonly unknown[]): Promise<unknown> {
    const answer = Promise.withResolvers<unknown>();
    const id = (lastId += 1);
    pending.set(id, answer);
    const request: ControlRequest = { id, method, args };
    child.send(request, (error) => {
      if (error !== null) answer.reject(error);
    });
    return answer.promise;
  }

  const agent = new Proxy({} as RemoteAgent, {
    get: (_target, method) =>
      method === 'then' ? undefined : (...args: unknown[]) => call(String(method), args),
  });
  try {
    const { page, browser, disconnect } = await connect(() => call('place', []) as Promise<Place>);
    return {
      page,
      agent,
      pid: child.pid ?? 0,
      exited,
      output: () => output,
      dropping: async (paths) => {
        await call('dropping', [paths]);
      },
      systemPrefers: async (theme) => {
        await call('systemPrefers', [theme]);
      },
      async startSecond(args) {
        const second = start(program, { ...options, args });
        const [code] = (await once(second, 'close')) as [number | null];
        return code;
      },
      async end() {
        await disconnect();
        // First: with its app gone it would end by itself, and write its profile once more.
        killIfThere(browser);
        child.kill('SIGKILL');
        await exited;
      },
    };
  } catch (error) {
    child.kill('SIGKILL');
    throw error;
  }
}

function killIfThere(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    if (!hasCode(error, 'ESRCH')) throw error;
  }
}

interface Connected {
  readonly page: Page;
  /** The browser's process. */
  readonly browser: number;
  disconnect(): Promise<void>;
}

/** The window's page, once it has been loaded. */
async function connect(place: () => Promise<Place>): Promise<Connected> {
  const { endpoint, browser, target } = await place();
  const connection = await chromium.connectOverCDP(endpoint, { noDefaults: true });
  for (const context of connection.contexts()) {
    for (const page of context.pages()) {
      const session = await context.newCDPSession(page);
      const { targetInfo } = await session.send('Target.getTargetInfo');
      await session.detach();
      if (targetInfo.targetId === target) return { page, browser, disconnect: () => connection.close() };
    }
  }
  throw new Error('The window has no page.');
}

function start(program: string, { script, args, home, env }: HostOptions): ChildProcess {
  return fork(script, args, {
    execArgv: [`--import=${standIn}`],
    cwd: home,
    env: { ...env, MILLRACE_BROWSER: program, MILLRACE_BROWSER_PROFILE: home },
    serialization: 'advanced',
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
}
