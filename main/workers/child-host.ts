import { fork, type ChildProcess } from 'node:child_process';
import { constants, getPriority, setPriority } from 'node:os';
import { fromIpcProcess } from '../../contract/ports/node-port.ts';
import type { LogLevel } from '../../contract/envelope.ts';
import { orphanGuard } from './orphan-guard.ts';
import type { WorkerHost, WorkerProcess, WorkerSpec } from './host.ts';
import { createOutputTail, type OutputTail } from './output-tail.ts';
import type { EndOfProcess } from './terminations.ts';
import { workerEnvironment } from './worker-environment.ts';

export interface ChildHostOptions {
  /** Path of the program that runs in a worker. It speaks over `process.send` and ends when that channel closes. */
  readonly entry: string;
  /** Limit of the JavaScript heap in megabytes; pixels live outside it. */
  readonly heapMegabytes?: number;
  /** Niceness of the workers, as `os.setPriority` takes it; never above this process's own. */
  readonly priority?: number;
  /** Told what workers write and what the system refuses. */
  readonly log?: (level: LogLevel, message: string) => void;
}

/** Starts workers as forked Node processes: for the command line and for tests. */
export function createChildHost(options: ChildHostOptions): WorkerHost {
  const { entry, heapMegabytes = 512, priority = constants.priority.PRIORITY_BELOW_NORMAL } = options;
  const log = options.log ?? (() => undefined);

  /**
   * At once, before the child has threads of its own: on Linux the priority is a thread's, and new ones inherit it.
   */
  function lowerPriority(pid: number): void {
    try {
      setPriority(pid, Math.max(priority, getPriority()));
    } catch (error) {
      log('warn', `Worker ${String(pid)} keeps its priority: ${String(error)}`);
    }
  }

  return {
    start(spec) {
      const child = fork(entry, [], {
        serialization: 'advanced',
        execPath: process.execPath,
        execArgv: [`--max-old-space-size=${String(heapMegabytes)}`, '--import', orphanGuard],
        env: workerEnvironment(process.env),
        stdio: ['pipe', 'pipe', 'pipe', 'ipc'],
      });
      if (child.pid !== undefined) lowerPriority(child.pid);
      return watch(child, outputOf(child, spec, log));
    },
  };
}

function outputOf(child: ChildProcess, spec: WorkerSpec, log: (level: LogLevel, message: string) => void): OutputTail {
  const output = createOutputTail((line) => {
    log('debug', `worker ${String(spec.slot)}.${String(spec.generation)}: ${line}`);
  });
  if (child.stdout !== null) output.follow(child.stdout);
  if (child.stderr !== null) output.follow(child.stderr);
  return output;
}

function watch(child: ChildProcess, output: OutputTail): WorkerProcess {
  const port = fromIpcProcess(child);
  const ended = Promise.withResolvers<EndOfProcess>();
  child.on('exit', () => {
    port.close();
  });
  // After `exit`, when its last words have been read.
  child.on('close', (code, signal) => {
    ended.resolve(judgeEnd(code, signal, output.text()));
  });
  child.on('error', (error) => {
    // Errors of sending and killing come here too; those of a running child are told by its end.
    if (child.pid !== undefined) return;
    port.close();
    ended.resolve({ kind: 'start-failed', reason: error.message });
  });
  // Its end is closed when the child dies in the middle of something; the child's end is what we watch.
  child.stdin?.on('error', () => undefined);
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

/** V8 says that its heap is full only in words, before it aborts. */
const heapIsFull = /FATAL ERROR: .*(?:out of memory|heap limit|Allocation failed)/i;

/** @param output the last that the process wrote */
export function judgeEnd(code: number | null, signal: NodeJS.Signals | null, output: string): EndOfProcess {
  if (code === 0) return { kind: 'exited', code };
  if (heapIsFull.test(output)) return { kind: 'out-of-memory' };
  if (signal !== null) return { kind: 'crashed', reason: signal };
  return { kind: 'exited', code: code ?? 1 };
}
