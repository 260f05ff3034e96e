import { once } from 'node:events';
import { fork, type ChildProcess } from 'node:child_process';
import { fromIpcProcess } from '../../contract/ports/node-port.ts';
import type { LogLevel } from '../../contract/envelope.ts';
import { orphanGuard } from './orphan-guard.ts';
import type { WorkerHost, WorkerProcess } from './host.ts';
import { heapIsFull } from './heap-is-full.ts';
import { createOutputTail } from './output-tail.ts';
import { lowerPriority } from './priority.ts';
import type { EndOfProcess } from './terminations.ts';
import { workerEnvironment } from './worker-environment.ts';

export interface ChildHostOptions {
  /** Path of the program that runs in a worker. It speaks over `process.send` and ends when that channel closes. */
  readonly entry: string;
  /** Limit of the JavaScript heap in megabytes; pixels live outside it. */
  readonly heapMegabytes?: number;
  /** Niceness of the workers, as `os.setPriority` takes it, never above this process's own; or this process's own. */
  readonly priority?: number | 'normal';
  /** Told what workers write and what the system refuses. */
  readonly log?: (level: LogLevel, message: string) => void;
}

/** Starts workers as forked Node processes: for the command line and for tests. */
export function createChildHost(options: ChildHostOptions): WorkerHost {
  const { entry, heapMegabytes = 512, priority, log = () => undefined } = options;

  return {
    start(spec) {
      const child = fork(entry, [], {
        serialization: 'advanced',
        execPath: process.execPath,
        execArgv: [`--max-old-space-size=${String(heapMegabytes)}`, '--import', orphanGuard],
        env: workerEnvironment(process.env),
        stdio: ['pipe', 'pipe', 'pipe', 'ipc'],
      });
      const tell = (level: LogLevel, message: string): void => {
        log(level, `worker ${String(spec.slot)}.${String(spec.generation)}: ${message}`);
      };
      if (child.pid !== undefined) lowerPriority(child.pid, priority, tell);
      return watch(child, tell);
    },
  };
}

function watch(child: ChildProcess, log: (level: LogLevel, message: string) => void): WorkerProcess {
  const port = fromIpcProcess(child);
  const ended = Promise.withResolvers<EndOfProcess>();
  const output = createOutputTail((line) => {
    log('debug', line);
  });
  const outputs = [child.stdout, child.stderr].filter((stream) => stream !== null);
  for (const stream of outputs) output.follow(stream);
  const outputsClosed = Promise.allSettled(outputs.map((stream) => once(stream, 'close')));
  // Nothing is written there; the child watches it for our end.
  child.stdin?.on('error', (error) => {
    log('debug', `standard input: ${error.message}`);
  });
  child.on('exit', (code, signal) => {
    port.close();
    // Its last words come after it. (The child's own `close` never comes once we have disconnected: nodejs/node#19433.)
    void outputsClosed.then(() => {
      ended.resolve(judgeEnd(code, signal, output.text()));
    });
  });
  child.on('error', (error) => {
    log('warn', error.message);
    if (child.pid !== undefined) return;
    port.close();
    ended.resolve({ kind: 'start-failed', reason: error.message });
  });
  return {
    pid: child.pid,
    port,
    ended: ended.promise,
    kill() {
      child.kill('SIGKILL');
    },
    outputTail: output.text,
  };
}

/** @param output the last that the process wrote */
export function judgeEnd(code: number | null, signal: NodeJS.Signals | null, output: string): EndOfProcess {
  if (code === 0) return { kind: 'exited', code };
  if (heapIsFull(output)) return { kind: 'out-of-memory' };
  if (signal !== null) return { kind: 'crashed', reason: signal };
  return { kind: 'exited', code: code ?? 1 };
}
