import { EventEmitter } from 'node:events';
import { join } from 'node:path';
import { MessageChannel as ThreadChannel } from 'node:worker_threads';
import { describe, expect, it } from 'vitest';
import { createChildHost } from '../../main/workers/child-host.ts';
import type { WorkerProcess } from '../../main/workers/host.ts';
import type { PortLike } from '../port.ts';
import { fromDomPort } from './dom-port.ts';
import { fromMessagePortMain, fromParentPort, fromUtilityProcess } from './electron-port.ts';
import { fromThreadPort } from './node-port.ts';

/** One end of a channel whose other end sends every message back. */
interface Channel {
  readonly near: PortLike;
  /** Makes the other end go away. */
  readonly leave: () => void;
  /** Gives 7 when the other end has seen the near one close; absent where the channel cannot tell it. */
  readonly farClosed?: Promise<unknown>;
}

function startEcho(): WorkerProcess {
  const entry = join(import.meta.dirname, '../../tests/fixtures/echo-process.ts');
  return createChildHost({ entry }).start({ slot: 0, generation: 1 });
}

const channels: Readonly<Record<string, () => Channel>> = {
  'worker_threads MessagePort': () => {
    const { port1, port2 } = new ThreadChannel();
    return withEcho(fromThreadPort(port1), fromThreadPort(port2));
  },
  'DOM MessagePort': () => {
    const { port1, port2 } = new MessageChannel();
    return withEcho(fromDomPort(port1), fromDomPort(port2));
  },
  'Electron MessagePortMain': () => {
    const one = new FakeMessagePortMain();
    const other = new FakeMessagePortMain();
    one.peer = other;
    other.peer = one;
    return withEcho(fromMessagePortMain(one), fromMessagePortMain(other));
  },
  'Electron utilityProcess and its parentPort': () => {
    const { child, parentPort } = fakeUtilityProcess();
    echo(fromParentPort(parentPort));
    return {
      near: fromUtilityProcess(child),
      leave: () => child.emit('exit', 0),
    };
  },
  'socket to another process': () => {
    const { port, ended } = startEcho();
    return {
      near: port,
      leave: () => port.post('leave'),
      farClosed: ended.then((end) => end.kind === 'exited' && end.code),
    };
  },
};

describe.each(Object.entries(channels))('%s', (_, open) => {
  it('delivers every message, in order', async () => {
    const { near } = open();
    const heard = listen(near, 100);
    near.start();
    const messages = Array.from({ length: 100 }, (_, index) => ({
      index,
      nested: [{ text: 'é', bytes: new Uint8Array(index % 3) }],
      none: null,
    }));
    expect(messages.every((message) => near.post(message))).toBe(true);
    expect(await heard).toEqual(messages);
    near.close();
  });

  it('delivers nothing before start, and then what came in the meantime', async () => {
    const { near } = open();
    const early: unknown[] = [];
    near.onMessage((message) => early.push(message));
    const heard = listen(near, 2);
    near.post('one');
    near.post('two');
    await new Promise((resolve) => setImmediate(resolve));
    expect(early).toEqual([]);
    near.start();
    expect(await heard).toEqual(['one', 'two']);
    expect(early).toEqual(['one', 'two']);
    near.close();
  });

  it('delivers each message once however often it is started', async () => {
    const { near } = open();
    const heard = listen(near, 2);
    near.start();
    near.start();
    near.post('one');
    near.post('two');
    expect(await heard).toEqual(['one', 'two']);
    near.close();
  });

  it('brings 10 MB of bytes over as equal bytes', async () => {
    const { near } = open();
    const bytes = Uint8Array.from({ length: 10_000_000 }, (_, index) => (index * 2_654_435_761) >>> 13);
    const heard = listen(near, 1);
    near.start();
    near.post({ name: 'a.jpg', bytes });
    const [message] = (await heard) as [{ bytes: Uint8Array }];
    expect(message.bytes).toBeInstanceOf(Uint8Array);
    expect(Buffer.compare(message.bytes, bytes)).toBe(0);
    expect(bytes).toHaveLength(10_000_000);
    near.close();
  });

  it('tells once that the other end has gone, and is silent after it', async () => {
    const { near, leave } = open();
    let closes = 0;
    const closed = new Promise<void>((resolve) => {
      near.onClose(() => {
        closes += 1;
        resolve();
      });
    });
    const heard = listen(near, 1);
    near.start();
    near.post('still here');
    await heard;
    leave();
    await closed;
    expect(near.post('anyone?')).toBe(false);
    near.close();
    await new Promise((resolve) => setImmediate(resolve));
    expect(closes).toBe(1);
  });

  it('delivers nothing once it was closed on this side, and tells that once', async () => {
    const { near } = open();
    let closes = 0;
    const heard: unknown[] = [];
    near.onClose(() => (closes += 1));
    near.onMessage((message) => heard.push(message));
    near.start();
    near.post('on its way');
    near.close();
    near.close();
    expect(closes).toBe(1);
    expect(near.post('too late')).toBe(false);
    await new Promise((resolve) => setImmediate(resolve));
    expect(heard).toEqual([]);
    expect(closes).toBe(1);
  });

  it('does not start once it is closed', async () => {
    const { near } = open();
    const heard: unknown[] = [];
    near.onMessage((message) => heard.push(message));
    near.post('hello');
    near.close();
    near.start();
    await new Promise((resolve) => setImmediate(resolve));
    expect(heard).toEqual([]);
  });
});

describe.each(Object.entries(channels).filter(([name]) => !name.includes('utilityProcess')))(
  '%s',
  (_, open) => {
    it('closes the other end when this one is closed', async () => {
      const { near, farClosed } = open();
      const heard = listen(near, 1);
      near.start();
      near.post('hello');
      await heard;
      near.close();
      expect(await farClosed).toBe(7);
    });
  },
);

it('a process that is killed closes its port, and what was on its way to it goes nowhere', async () => {
  const { port: near, kill } = startEcho();
  const closed = new Promise<void>((resolve) => {
    near.onClose(() => {
      resolve();
    });
  });
  const heard = listen(near, 1);
  near.start();
  near.post('ready?');
  await heard;
  near.post(new Uint8Array(30e6));
  kill();
  near.post(new Uint8Array(30e6));
  await closed;
  expect(near.post('anyone?')).toBe(false);
});

it.each(['worker_threads MessagePort', 'socket to another process'])(
  '%s: a message that cannot be copied throws where it is posted, and the port lives on',
  async (name) => {
    const near = channels[name]?.().near;
    if (near === undefined) throw new Error('There is no such channel.');
    const heard = listen(near, 1);
    near.start();
    expect(() => near.post(() => 1)).toThrow(/cannot be sent|could not be cloned/);
    near.post('fine');
    expect(await heard).toEqual(['fine']);
    near.close();
  },
);

function withEcho(near: PortLike, far: PortLike): Channel {
  const farClosed = new Promise<number>((resolve) => {
    far.onClose(() => {
      resolve(7);
    });
  });
  echo(far);
  return {
    near,
    leave: () => {
      far.close();
    },
    farClosed,
  };
}

function echo(far: PortLike): void {
  far.onMessage((message) => far.post(message));
  far.start();
}

/** The first `count` messages. */
function listen(port: PortLike, count: number): Promise<unknown[]> {
  return new Promise((resolve) => {
    const heard: unknown[] = [];
    port.onMessage((message) => {
      heard.push(message);
      if (heard.length === count) resolve(heard);
    });
  });
}

/** As Electron's: wraps what it delivers, holds it back until `start`, tells the peer's end as `close`. */
class FakeMessagePortMain extends EventEmitter {
  peer: FakeMessagePortMain | undefined;
  private started = false;
  private readonly held: unknown[] = [];

  postMessage(message: unknown): void {
    const data: unknown = structuredClone(message);
    queueMicrotask(() => this.peer?.receive(data));
  }

  start(): void {
    this.started = true;
    for (const data of this.held.splice(0)) this.emit('message', { data, ports: [] });
  }

  close(): void {
    queueMicrotask(() => this.peer?.emit('close'));
  }

  private receive(data: unknown): void {
    if (this.started) this.emit('message', { data, ports: [] });
    else this.held.push(data);
  }
}

/** As Electron's: bare values to main, `{ data, ports }` to the child; both begin at their first listener. */
function fakeUtilityProcess(): {
  child: EventEmitter & { postMessage(message: unknown): void };
  parentPort: EventEmitter & { postMessage(message: unknown): void };
} {
  const child = Object.assign(new EventEmitter(), {
    postMessage: (message: unknown) => {
      toChild(message);
    },
  });
  const parentPort = Object.assign(new EventEmitter(), {
    postMessage: (message: unknown) => {
      toMain(message);
    },
  });
  const toChild = heldUntilHeard(parentPort, (data) => ({ data, ports: [] }));
  const toMain = heldUntilHeard(child, (data) => data);
  return { child, parentPort };
}

function heldUntilHeard(target: EventEmitter, wrap: (data: unknown) => unknown): (message: unknown) => void {
  const held: unknown[] = [];
  const flush = (): void => {
    if (target.listenerCount('message') === 0) return;
    for (const data of held.splice(0)) target.emit('message', wrap(data));
  };
  target.on('newListener', (event) => {
    if (event === 'message') queueMicrotask(flush);
  });
  return (message) => {
    held.push(structuredClone(message));
    queueMicrotask(flush);
  };
}
