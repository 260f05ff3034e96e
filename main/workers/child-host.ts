import { spawn, type ChildProcess, type StdioOptions } from 'node:child_process';
import { Socket } from 'node:net';
import { fromSocket } from '../../contract/ports/socket-port.ts';
import type { LogLevel } from '../../contract/envelope.ts';
import type { WorkerHost, WorkerProcess } from './host.ts';
import { launch } from './launch.ts';
import { heapFlags, heapIsFull } from './worker-heap.ts';
import { createOutputTail } from './output-tail.ts';
import { parentSocket } from './parent-socket.ts';
import { coreOf, unpin } from './pinning.ts';
import { lowerPriority } from './priority.ts';
import type { EndOfProcess } from './terminations.ts';
import { workerEnvironment } from './worker-environment.ts';

export interface ChildHostOptions {
  /** Path of the program that runs in a worker. It speaks over `process.parentSocket` and ends when that closes. */
  readonly entry: string;
  /** Limit of the JavaScript heap in megabytes; pixels live outside it. */
  readonly heapMegabytes?: number;
  /** Niceness of the workers, as `os.setPriority` takes it, never above this process's own; or this process's own. */
  readonly priority?: number | 'normal';
  /** A core for each slot, on which its workers stay with all their threads; any core by default. */
  readonly cores?: readonly number[];
  /** Told what workers write and what the system refuses. */
  readonly log?: (level: LogLevel, message: string) => void;
}

/** Starts workers as Node processes: for the command line and for tests. */
export function createChildHost(options: ChildHostOptions): WorkerHost {
  const { entry, heapMegabytes = 512, priority, cores = [], log = () => undefined } = options;

  return {
    start(spec) {
      const core = coreOf(spec.slot, cores);
      const { file, args, pinned } = launch(
        [...heapFlags(heapMegabytes), '--import', parentSocket, entry],
        core,
      );
      // Not Node's own channel (`ipc`): a worker that writes what it cannot read would end this process. Windows calls a
      // pipe overlapped that is read and written at once.
      const stdio: StdioOptions = ['pipe', 'pipe', 'pipe', 'overlapped'];
      const child = spawn(file, args, { env: workerEnvironment(process.env), stdio });
      const tell = (level: LogLevel, message: string): void => {
        log(level, `worker ${String(spec.slot)}.${String(spec.generation)}: ${message}`);
      };
      if (child.pid !== undefined) lowerPriority(child.pid, priority, tell);
      const started = watch(child, tell);
      const { pid } = started;
      if (!pinned || pid === undefined) return started;
      return {
        ...started,
        unpin() {
          unpin(pid, cores, (reason) => {
            tell('debug', `stays on core ${String(core)}: ${reason}`);
          });
        },
      };
    },
  };
}

function watch(child: ChildProcess, log: (level: LogLevel, message: string) => void): WorkerProcess {
  const [stdin, stdout, stderr, channel = new Socket()] = socketsOf(child);
  const port = fromSocket(channel);
  const ended = Promise.withResolvers<EndOfProcess>();
  const output = createOutputTail((line) => {
    log('debug', line);
  });
  for (const stream of [stdout, stderr]) if (stream !== undefined) output.follow(stream);
  // Nothing is written there; the child watches it for our end.
  stdin?.on('error', (error) => {
    log('debug', `standard input: ${error.message}`);
  });
  child.on('exit', port.close);
  // Its last words come after its exit.
  child.on('close', (code, signal) => {
    ended.resolve(judgeEnd(code, signal, output.text()));
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

/** Its streams, in the order of its descriptors. There are none where the system had no more of them to give. */
function socketsOf(child: ChildProcess): readonly Socket[] {
  const streams = child.stdio as ChildProcess['stdio'] | undefined;
  return streams?.filter((stream) => stream instanceof Socket) ?? [];
}

/** @param output the last that the process wrote */
export function judgeEnd(code: number | null, signal: NodeJS.Signals | null, output: string): EndOfProcess {
  if (code === 0) return { kind: 'exited', code };
  if (heapIsFull(output)) return { kind: 'out-of-memory' };
  if (signal !== null) return { kind: 'crashed', reason: signal };
  return { kind: 'exited', code: code ?? 1 };
}
