import { EventEmitter } from 'node:events';
import { PassThrough } from 'node:stream';
import { describe, expect, it, vi } from 'vitest';
import { createFakeClock, type FakeClock } from '../../tests/fixtures/fake-clock.ts';
import type { WorkerProcess } from './host.ts';
import { createUtilityHost, type ElectronParts } from './utility-host.ts';

/** Behaves as Electron's own: a pid between `spawn` and `exit`, messages as bare values, a polite `kill`. */
class UtilityProcessDouble extends EventEmitter {
  pid: number | undefined;
  readonly stdout = new PassThrough();
  readonly stderr = new PassThrough();
  readonly posted: unknown[] = [];
  readonly kill = vi.fn(() => true);
  readonly ports: unknown[] = [];
  postMessage(message: unknown, ports: unknown[] = []): void {
    this.posted.push(message);
    this.ports.push(...ports);
  }
  spawn(pid: number): void {
    this.pid = pid;
    this.emit('spawn');
  }
  exit(code: number): void {
    this.pid = undefined;
    this.emit('exit', code);
  }
}

interface Stage {
  readonly app: EventEmitter;
  readonly child: UtilityProcessDouble;
  readonly fork: ReturnType<typeof vi.fn>;
  readonly clock: FakeClock;
  readonly log: string[];
  readonly worker: WorkerProcess;
  readonly gone: (reason: string, exitCode: number, name?: string) => void;
}

function stage(): Stage {
  const app = new EventEmitter();
  const child = new UtilityProcessDouble();
  const fork = vi.fn(() => child);
  const clock = createFakeClock();
  const log: string[] = [];
  const host = createUtilityHost({
    electron: { app, utilityProcess: { fork } } as unknown as ElectronParts,
    clock,
    entry: '/app/image-worker.js',
    heapMegabytes: 300,
    log: (level, message) => log.push(`${level} ${message}`),
  });
  const worker = host.start({ slot: 2, generation: 5 });
  return {
    app,
    child,
    fork,
    clock,
    log,
    worker,
    gone(reason, exitCode, name = 'millrace-worker-2-5') {
      app.emit(
        'child-process-gone',
        {},
        { type: 'Utility', reason, exitCode, name: 'Node Utility', serviceName: name },
      );
    },
  };
}

describe('starting', () => {
  it('gives each process its own name, a heap limit, piped output and a short environment', () => {
    const { fork } = stage();
    expect(fork).toHaveBeenCalledExactlyOnceWith('/app/image-worker.js', [], {
      serviceName: 'millrace-worker-2-5',
      execArgv: ['--js-flags=--max-old-space-size=300 --single-threaded-gc'],
      env: expect.objectContaining({ MALLOC_ARENA_MAX: '1' }) as object,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
  });

  it('carries messages as they are', () => {
    const { worker, child } = stage();
    const received: unknown[] = [];
    worker.port.onMessage((message) => received.push(message));
    worker.port.start();
    child.emit('message', { kind: 'hello' });
    expect(worker.port.post({ kind: 'request' })).toBe(true);
    expect(received).toEqual([{ kind: 'hello' }]);
    expect(child.posted).toEqual([{ kind: 'request' }]);
  });
});

describe('handing over a port', () => {
  it('puts it beside its message, and into nothing once the process has ended', () => {
    const { worker, child, gone } = stage();
    const port = {};
    worker.handOver?.('for previews', port);
    expect(child.posted).toEqual(['for previews']);
    expect(child.ports).toEqual([port]);
    child.spawn(1234);
    gone('crashed', 11);
    worker.handOver?.('too late', port);
    expect(child.posted).toHaveLength(1);
  });
});

describe('the end', () => {
  it.each([
    ['exit, then gone', ['exit', 'gone']],
    ['gone, then exit', ['gone', 'exit']],
    ['each twice', ['exit', 'exit', 'gone', 'gone', 'exit']],
  ])('is told once when both come: %s', async (_name, order) => {
    const { worker, child, gone, app, clock } = stage();
    child.spawn(1234);
    for (const news of order) {
      if (news === 'exit') child.exit(0);
      else gone('crashed', 11);
    }
    expect(await worker.ended).toEqual({ kind: 'crashed', reason: 'crashed, code 11' });
    clock.advance(1_000);
    expect(app.listenerCount('child-process-gone')).toBe(0);
  });

  it.each([
    ['exit', { kind: 'exited', code: 0 }],
    ['gone', { kind: 'crashed', reason: 'crashed, code 11' }],
  ])('is told a moment later when only %s comes', async (news, end) => {
    const { worker, child, gone, clock } = stage();
    child.spawn(1234);
    if (news === 'exit') child.exit(0);
    else gone('crashed', 11);
    clock.advance(100);
    expect(await worker.ended).toEqual(end);
  });

  it.each(['exit', 'gone'])('closes the port at the first news (%s) and posts nothing after it', (news) => {
    const { worker, child, gone } = stage();
    const closed = vi.fn();
    worker.port.onClose(closed);
    worker.port.start();
    child.spawn(1234);
    if (news === 'exit') child.exit(0);
    else gone('crashed', 11);
    expect(worker.port.post('too late')).toBe(false);
    expect(child.posted).toEqual([]);
    expect(closed).toHaveBeenCalledOnce();
  });

  it('of another process is none of ours', () => {
    const { worker, child, gone } = stage();
    child.spawn(1234);
    gone('crashed', 11, 'millrace-worker-2-4');
    expect(worker.port.post('still there')).toBe(true);
  });

  it('keeps the last words', async () => {
    const { worker, child, clock, log } = stage();
    child.spawn(process.pid);
    child.stderr.write('FATAL ERROR: Reached heap limit Allocation failed - JavaScript heap out of memory\n');
    child.stderr.end();
    await new Promise((resolve) => child.stderr.on('end', resolve));
    child.exit(133);
    clock.advance(100);
    expect(await worker.ended).toEqual({ kind: 'out-of-memory' });
    expect(worker.outputTail()).toContain('heap limit');
    expect(log.at(-1)).toContain('debug worker 2.5: FATAL ERROR');
  });
});

describe('kill', () => {
  it('is a SIGKILL, at once or as soon as there is a process, and nothing after the end', () => {
    const kill = vi.spyOn(process, 'kill').mockReturnValue(true);
    try {
      const { worker, child } = stage();
      worker.kill();
      expect(kill).not.toHaveBeenCalled();
      child.spawn(999_999_999);
      expect(kill.mock.calls).toEqual([[999_999_999, 'SIGKILL']]);
      worker.kill();
      expect(kill).toHaveBeenCalledTimes(2);
      child.exit(0);
      worker.kill();
      expect(kill).toHaveBeenCalledTimes(2);
    } finally {
      kill.mockRestore();
    }
  });
});
