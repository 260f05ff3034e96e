import { spawn, type ChildProcess } from 'node:child_process';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { launch } from '../../../main/workers/launch.ts';
import { app, type Metric } from './app.ts';
import { createCodec } from './codec.ts';
import { KnownEmitter } from './emitter.ts';
import { refuseUnknown, throwing } from './not-implemented.ts';
import { requireReady } from './place.ts';
import { closeEnd, closePlace, movePorts, passFrom, type Place } from './ports.ts';

export interface ForkOptions {
  readonly serviceName?: string;
  readonly execArgv?: readonly string[];
  readonly env?: NodeJS.ProcessEnv;
  readonly cwd?: string;
  readonly stdio?: 'pipe' | 'ignore' | 'inherit' | readonly ('pipe' | 'ignore' | 'inherit')[];
}

/** Between main and the stand-in's part in a utility process. */
export type ToUtility =
  | { readonly kind: 'message'; readonly body: Uint8Array; readonly ports: readonly number[] }
  | { readonly kind: 'port'; readonly end: number; readonly body: Uint8Array }
  | { readonly kind: 'closed'; readonly end: number };
export type FromUtility =
  | { readonly kind: 'message'; readonly body: Uint8Array }
  | { readonly kind: 'port'; readonly end: number; readonly body: Uint8Array }
  | { readonly kind: 'closed'; readonly end: number };

const utilityEntry = fileURLToPath(new URL('utility-entry.ts', import.meta.url));
const codec = createCodec();
const running = new Set<UtilityProcess>();
const defaultName = 'Node Utility Process';

export class UtilityProcess extends KnownEmitter {
  readonly #child: ChildProcess;
  readonly #place: Place;
  readonly #name: string;
  #killed = false;
  #state: 'starting' | 'running' | 'ended' = 'starting';

  constructor(entry: string, args: readonly string[], options: ForkOptions) {
    super('UtilityProcess', ['spawn', 'exit', 'message', 'error']);
    this.#name = options.serviceName ?? defaultName;
    const stdio =
      typeof options.stdio === 'object' ? options.stdio : [options.stdio, options.stdio, options.stdio];
    // No process of the app may outlive it: Electron's are children of its own kind.
    const { file, args: all } = launch([
      `--import=${utilityEntry}`,
      ...(options.execArgv ?? []).flatMap((arg) =>
        arg.startsWith('--js-flags=') ? arg.slice('--js-flags='.length).split(' ') : [arg],
      ),
      entry,
      ...args,
    ]);
    this.#child = spawn(file, all, {
      env: options.env ?? process.env,
      cwd: options.cwd,
      stdio: ['pipe', stdio[1] ?? 'inherit', stdio[2] ?? 'inherit', 'ipc'],
      serialization: 'advanced',
    });
    this.#place = {
      deliver: (end, body) => {
        this.#post({ kind: 'port', end, body });
      },
      closed: (end) => {
        this.#post({ kind: 'closed', end });
      },
    };
    running.add(this);
    this.#child.on('spawn', () => {
      if (this.#state === 'starting') this.#state = 'running';
      this.emit('spawn');
    });
    this.#child.on('message', (message: FromUtility) => {
      this.#told(message);
    });
    this.#child.on('exit', (code, signal) => {
      this.#ended(code, signal);
    });
    this.#child.on('error', () => {
      this.#gone('launch-failed', 1);
    });
  }

  get pid(): number | undefined {
    return this.#state === 'ended' ? undefined : this.#child.pid;
  }

  get stdout(): Readable | null {
    return this.#child.stdout;
  }

  get stderr(): Readable | null {
    return this.#child.stderr;
  }

  postMessage(message: unknown, transfer: readonly unknown[] = []): void {
    const body = codec.encode(message);
    movePorts(transfer, this.#place, (ports) => {
      this.#post({ kind: 'message', body, ports });
    });
  }

  kill(): boolean {
    if (this.#state === 'ended' || this.#child.pid === undefined) return false;
    this.#killed = true;
    return this.#child.kill('SIGTERM');
  }

  #post(message: ToUtility): void {
    if (this.#state !== 'ended' && this.#child.connected) this.#child.send(message, () => undefined);
  }

  #told(message: FromUtility): void {
    switch (message.kind) {
      case 'message':
        this.emit('message', codec.decode(message.body));
        return;
      case 'port':
        passFrom(message.end, message.body);
        return;
      case 'closed':
        closeEnd(message.end);
    }
  }

  #ended(code: number | null, signal: NodeJS.Signals | null): void {
    if (this.#state === 'ended') return;
    const number = signal === null ? (code ?? 0) : signalNumber(signal);
    if (signal !== null && !this.#killed) {
      this.#gone(signal === 'SIGKILL' || signal === 'SIGTERM' ? 'killed' : 'crashed', number);
    } else this.#finish(this.#killed ? 0 : number);
  }

  #gone(reason: string, exitCode: number): void {
    app.emit(
      'child-process-gone',
      {},
      { type: 'Utility', reason, exitCode, name: this.#name, serviceName: 'node.mojom.NodeService' },
    );
    this.#finish(exitCode);
  }

  #finish(code: number): void {
    this.#state = 'ended';
    running.delete(this);
    closePlace(this.#place);
    this.emit('exit', code);
  }

  /** @internal */
  metric(): Metric {
    return {
      pid: this.#child.pid ?? 0,
      type: 'Utility',
      name: this.#name,
      serviceName: 'node.mojom.NodeService',
    };
  }

  /** @internal */
  end(): void {
    this.#child.kill('SIGKILL');
  }
}

export const utilityProcess = throwing('utilityProcess', {
  fork(entry: string, args: readonly string[] = [], options: ForkOptions = {}): UtilityProcess {
    requireReady('utilityProcess.fork');
    refuseUnknown('utilityProcess.fork', options, ['serviceName', 'execArgv', 'env', 'cwd', 'stdio']);
    return new UtilityProcess(entry, args, options);
  },
});

export function utilityMetrics(): Metric[] {
  return [...running].map((child) => child.metric());
}

export function endUtilityProcesses(): void {
  for (const child of running) child.end();
}

function signalNumber(signal: NodeJS.Signals): number {
  return process.getBuiltinModule('node:os').constants.signals[signal];
}
