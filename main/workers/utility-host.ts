import type { App, Details, MessagePortMain, UtilityProcess, utilityProcess } from 'electron';
import type { LogLevel } from '../../contract/envelope.ts';
import { fromUtilityProcess } from '../../contract/ports/electron-port.ts';
import type { Clock } from '../engine/world.ts';
import type { WorkerHost, WorkerProcess } from './host.ts';
import { createOutputTail } from './output-tail.ts';
import { heapFlags } from './worker-heap.ts';
import { judgeUtilityEnd, type UtilityEnd } from './utility-end.ts';
import { lowerPriority } from './priority.ts';
import type { EndOfProcess } from './terminations.ts';
import { workerEnvironment } from './worker-environment.ts';

/** What is used of Electron; the composition root hands it in once `app` is ready. */
export interface ElectronParts {
  readonly app: Pick<App, 'on' | 'off'>;
  readonly utilityProcess: Pick<typeof utilityProcess, 'fork'>;
}

export interface UtilityHostOptions {
  readonly electron: ElectronParts;
  readonly clock: Clock;
  /** Path of the program that runs in a worker. It speaks over `process.parentPort`. */
  readonly entry: string;
  /** Limit of the JavaScript heap in megabytes; pixels live outside it. */
  readonly heapMegabytes?: number;
  /** Niceness of the workers, as `os.setPriority` takes it, never above this process's own; or this process's own. */
  readonly priority?: number | 'normal';
  /** Told what workers write and what the system refuses. */
  readonly log?: (level: LogLevel, message: string) => void;
}

/** How long after the first news of an end the second may come, milliseconds. */
const secondNewsMs = 100;

/** Starts workers as Electron utility processes: for the desktop. They end with the app, whatever they do. */
export function createUtilityHost(options: UtilityHostOptions): WorkerHost {
  const { electron, clock, entry, heapMegabytes = 512, priority, log = () => undefined } = options;
  return {
    start({ slot, generation }) {
      const label = `worker ${String(slot)}.${String(generation)}`;
      const serviceName = `millrace-worker-${String(slot)}-${String(generation)}`;
      const child = electron.utilityProcess.fork(entry, [], {
        serviceName,
        execArgv: [`--js-flags=${heapFlags(heapMegabytes).join(' ')}`],
        env: workerEnvironment(process.env),
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      const tell = (level: LogLevel, message: string): void => {
        log(level, `${label}: ${message}`);
      };
      child.on('spawn', () => {
        if (child.pid !== undefined) lowerPriority(child.pid, priority, tell);
      });
      return watch(child, serviceName, electron.app, clock, tell);
    },
  };
}

function watch(
  child: UtilityProcess,
  serviceName: string,
  app: ElectronParts['app'],
  clock: Clock,
  log: (level: LogLevel, message: string) => void,
): WorkerProcess {
  const port = fromUtilityProcess(child);
  const ended = Promise.withResolvers<EndOfProcess>();
  const news: UtilityEnd = { fatalError: undefined, exitCode: undefined, gone: undefined };
  let state: 'alive' | 'half-told' | 'ended' = 'alive';
  let killed = false;
  const output = createOutputTail((line) => {
    log('debug', line);
  });
  for (const stream of [child.stdout, child.stderr]) {
    if (stream !== null) output.follow(stream);
  }

  /** Either news may come first, twice, or never (electron/electron#42283, #44012). */
  function told(): void {
    // Before anything else: posting to a process that has ended can crash ours (electron/electron#53923).
    port.close();
    if (state === 'ended') return;
    if (news.exitCode !== undefined && news.gone !== undefined) conclude();
    else if (state === 'alive') {
      state = 'half-told';
      clock.after(secondNewsMs, conclude);
    }
  }

  function conclude(): void {
    if (state === 'ended') return;
    state = 'ended';
    app.off('child-process-gone', onGone);
    ended.resolve(judgeUtilityEnd(news, output.text()));
  }

  function onGone(_event: unknown, details: Details): void {
    if (details.name !== serviceName && details.serviceName !== serviceName) return;
    news.gone ??= details;
    told();
  }

  function end(): void {
    if (state !== 'alive') return;
    if (child.pid === undefined) return;
    try {
      // Not Electron's own `kill`: that is a SIGTERM, which a program may ignore.
      process.kill(child.pid, 'SIGKILL');
    } catch (error) {
      log('debug', `could not be killed, it is probably gone: ${String(error)}`);
    }
  }

  app.on('child-process-gone', onGone);
  child.on('exit', (code) => {
    news.exitCode ??= code;
    told();
  });
  child.on('error', (type, location) => {
    news.fatalError ??= `${type} in ${location}`;
  });
  child.on('spawn', () => {
    if (killed) end();
  });
  return {
    get pid() {
      return child.pid;
    },
    port,
    ended: ended.promise,
    handOver(message, given) {
      if (state === 'alive') child.postMessage(message, [given as MessagePortMain]);
    },
    kill() {
      killed = true;
      end();
    },
    outputTail: output.text,
  };
}
