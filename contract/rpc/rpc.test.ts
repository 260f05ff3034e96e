import fc from 'fast-check';
import * as v from 'valibot';
import { describe, expect, it, vi } from 'vitest';
import { portPair } from '../../tests/fixtures/port-pair.ts';
import { protocolVersion, seal, type Envelope } from '../envelope.ts';
import { MillraceError } from '../errors.ts';
import type { PortLike } from '../port.ts';
import { defineProtocol } from '../protocol.ts';
import { createClient, type RpcClient } from './client.ts';
import { createServer, type Handlers, type RpcServer } from './server.ts';

const testProtocol = defineProtocol({
  hello: v.object({ name: v.string() }),
  requests: {
    double: { params: v.number(), result: v.number(), progress: v.object({ half: v.number() }) },
    wait: { params: v.string(), result: v.string(), progress: v.never() },
  },
  events: { ticked: v.object({ count: v.number() }) },
});
type TestProtocol = typeof testProtocol;

/** A `wait` that is under way in the server. */
interface Waiter {
  readonly params: string;
  readonly signal: AbortSignal;
  readonly finish: (result: string) => void;
}

interface Conversation {
  readonly client: RpcClient<TestProtocol>;
  readonly server: RpcServer<TestProtocol>;
  readonly clientPort: PortLike;
  readonly serverPort: PortLike;
  readonly waiters: Waiter[];
}

const double: Handlers<TestProtocol>['double'] = (params, context) => {
  context.progress({ half: params / 2 });
  return params * 2;
};

function converse(
  options: {
    credit?: number;
    handlers?: Partial<Handlers<TestProtocol>>;
    onShutdown?: () => Promise<void>;
  } = {},
): Conversation {
  const [clientPort, serverPort] = portPair();
  const waiters: Waiter[] = [];
  const server = createServer(serverPort, testProtocol, {
    hello: { name: 'test' },
    credit: options.credit ?? 1,
    handlers: {
      double,
      wait: (params, { signal }) =>
        new Promise((finish) => {
          waiters.push({ params, signal, finish });
        }),
      ...options.handlers,
    },
    ...(options.onShutdown === undefined ? {} : { onShutdown: options.onShutdown }),
  });
  const client = createClient(clientPort, testProtocol);
  return { client, server, clientPort, serverPort, waiters };
}

/** A client whose server is played by the test. */
function clientAlone(): { client: RpcClient<TestProtocol>; far: PortLike; heard: unknown[] } {
  const [near, far] = portPair();
  const heard: unknown[] = [];
  far.onMessage((message) => heard.push(message));
  far.start();
  return { client: createClient(near, testProtocol), far, heard };
}

/** A server whose client is played by the test. */
function serverAlone(): {
  server: RpcServer<TestProtocol>;
  far: PortLike;
  heard: Envelope[];
  waiters: Waiter[];
} {
  const [far, near] = portPair();
  const heard: Envelope[] = [];
  const waiters: Waiter[] = [];
  far.onMessage((message) => heard.push(message as Envelope));
  far.start();
  const server = createServer(near, testProtocol, {
    hello: { name: 'test' },
    credit: 1,
    handlers: {
      double,
      wait: (params, { signal }) =>
        new Promise((finish) => {
          waiters.push({ params, signal, finish });
        }),
    },
  });
  return { server, far, heard, waiters };
}

const hello = seal({ kind: 'hello', credit: 1, info: { name: 'test' } });

function coded(code: string): unknown {
  return expect.objectContaining({ name: 'MillraceError', code });
}

/** Everything that was posted has been delivered and answered: the channel of these tests uses microtasks only. */
async function settled(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
}

describe('when the port closes', () => {
  it('rejects every pending call with a typed error, sent or not', async () => {
    const { client, server } = converse({ credit: 1 });
    const sent = client.call('wait', 'sent');
    const unsent = client.call('wait', 'waiting for credit');
    await settled();
    server.close();
    await expect(sent).rejects.toEqual(coded('port-closed'));
    await expect(unsent).rejects.toEqual(coded('port-closed'));
    await expect(client.closed).resolves.toEqual(coded('port-closed'));
    await expect(client.call('double', 1)).rejects.toEqual(coded('port-closed'));
  });

  it('rejects ready when the server never said hello', async () => {
    const { client, far } = clientAlone();
    const call = client.call('double', 1);
    far.close();
    await expect(client.ready).rejects.toEqual(coded('port-closed'));
    await expect(call).rejects.toEqual(coded('port-closed'));
  });

  it('gives pending calls the reason that close was given', async () => {
    const { client } = converse();
    const call = client.call('wait', '');
    client.close(new MillraceError('worker-crashed', 'The worker crashed.'));
    await expect(call).rejects.toEqual(coded('worker-crashed'));
    await expect(client.closed).resolves.toEqual(coded('worker-crashed'));
  });

  it('aborts what the server is doing', async () => {
    const { client, server, waiters } = converse();
    const call = client.call('wait', '');
    await settled();
    client.close();
    await expect(call).rejects.toEqual(coded('port-closed'));
    await expect(server.closed).resolves.toEqual(coded('port-closed'));
    expect(waiters[0]?.signal.aborted).toBe(true);
  });
});

describe('a call', () => {
  it('is answered, with progress on the way', async () => {
    const { client } = converse();
    await expect(client.ready).resolves.toEqual({ name: 'test' });
    const progress: unknown[] = [];
    await expect(client.call('double', 21, { onProgress: (value) => progress.push(value) })).resolves.toBe(
      42,
    );
    expect(progress).toEqual([{ half: 10.5 }]);
  });

  it('tells nothing on the way where nobody listens', async () => {
    const { far, heard } = serverAlone();
    far.post(seal({ kind: 'request', id: 1, method: 'double', params: 21 }));
    await settled();
    far.post(seal({ kind: 'request', id: 2, method: 'double', params: 21, progress: true }));
    await settled();
    const progress = heard.filter(({ kind }) => kind === 'progress');
    expect(progress).toEqual([seal({ kind: 'progress', id: 2, value: { half: 10.5 } })]);
  });

  it('rejects with the error of the handler, code, detail and all', async () => {
    const failure = new MillraceError('damaged-image', 'a.jpg is damaged.', {
      detail: 'VipsJpeg',
      retriable: true,
    });
    const { client } = converse({ handlers: { double: () => Promise.reject(failure) } });
    await expect(client.call('double', 1)).rejects.toMatchObject({
      code: 'damaged-image',
      message: 'a.jpg is damaged.',
      detail: 'VipsJpeg',
      retriable: true,
    });
    await expect(client.call('double', 1)).rejects.toEqual(coded('damaged-image'));
  });

  it('rejects as internal when the handler throws something nobody foresaw', async () => {
    const { client } = converse({
      handlers: {
        double: () => {
          throw new TypeError('x is not a function');
        },
      },
    });
    await expect(client.call('double', 1)).rejects.toEqual(coded('internal'));
  });

  it('is refused by the server when its params are wrong, and the conversation goes on', async () => {
    const { client } = converse();
    await expect(client.call('double', 'four' as unknown as number)).rejects.toEqual(coded('protocol-error'));
    await expect(client.call('double', 4)).resolves.toBe(8);
  });

  it('is refused at once when it cannot be copied, and its credit comes back', async () => {
    const { client } = converse();
    await client.ready;
    await expect(client.call('double', (() => 1) as unknown as number)).rejects.toEqual(
      coded('protocol-error'),
    );
    expect(client.credit).toBe(1);
    await expect(client.call('double', 4)).resolves.toBe(8);
  });

  it('ends the conversation when its result is not what was agreed', async () => {
    const { client } = converse({ handlers: { double: () => 'many' as unknown as number } });
    await expect(client.call('double', 1)).rejects.toEqual(coded('protocol-error'));
    await expect(client.closed).resolves.toEqual(coded('protocol-error'));
  });

  it('ends the conversation when its progress is not what was agreed', async () => {
    const { client } = converse({
      handlers: {
        double: (params, context) => {
          context.progress({ half: 'a lot' as unknown as number });
          return params;
        },
      },
    });
    const call = client.call('double', 1, { onProgress: () => undefined });
    await expect(call).rejects.toEqual(coded('protocol-error'));
  });
});

describe('credit', () => {
  it('holds calls back until there is some, and keeps their order', async () => {
    const { client, waiters } = converse({ credit: 2 });
    const calls = ['a', 'b', 'c', 'd'].map((name) => client.call('wait', name));
    await settled();
    expect(waiters.map(({ params }) => params)).toEqual(['a', 'b']);
    expect(client.credit).toBe(0);
    waiters[1]?.finish('B');
    await settled();
    expect(waiters.map(({ params }) => params)).toEqual(['a', 'b', 'c']);
    waiters[0]?.finish('A');
    waiters[2]?.finish('C');
    await settled();
    waiters[3]?.finish('D');
    await expect(Promise.all(calls)).resolves.toEqual(['A', 'B', 'C', 'D']);
    await settled();
    expect(client.credit).toBe(2);
  });

  it('sends nothing before hello', async () => {
    const { client, far, heard } = clientAlone();
    const call = client.call('double', 1);
    await settled();
    expect(heard).toEqual([]);
    far.post(hello);
    await settled();
    expect(heard).toEqual([seal({ kind: 'request', id: 1, method: 'double', params: 1 })]);
    far.post(seal({ kind: 'response', id: 1, outcome: { ok: true, result: 2 } }));
    await expect(call).resolves.toBe(2);
  });

  it('that is overdrawn ends the conversation', async () => {
    const { server, far } = serverAlone();
    far.post(seal({ kind: 'request', id: 1, method: 'wait', params: '' }));
    far.post(seal({ kind: 'request', id: 2, method: 'wait', params: '' }));
    await expect(server.closed).resolves.toEqual(coded('protocol-error'));
  });

  it('does not cover a request that is running already', async () => {
    const { server, far } = serverAlone();
    far.post(seal({ kind: 'request', id: 1, method: 'wait', params: '' }));
    far.post(seal({ kind: 'request', id: 1, method: 'wait', params: '' }));
    await expect(server.closed).resolves.toMatchObject({ message: 'Request 1 is already running.' });
  });
});

describe('cancelling', () => {
  it('tells the server, and the call rejects without waiting for it', async () => {
    const { client, waiters } = converse();
    const controller = new AbortController();
    const call = client.call('wait', '', { signal: controller.signal });
    await settled();
    controller.abort();
    await expect(call).rejects.toEqual(coded('cancelled'));
    await settled();
    expect(waiters[0]?.signal.aborted).toBe(true);
    // Late answers are nobody's; the credit comes back with them.
    expect(client.credit).toBe(0);
    waiters[0]?.finish('late');
    await settled();
    expect(client.credit).toBe(1);
  });

  it('says when the server has let go', async () => {
    const { client, waiters } = converse();
    const controller = new AbortController();
    let letGo = 0;
    const options = { signal: controller.signal, onLetGo: () => (letGo += 1) };
    const running = client.call('wait', 'running', options);
    const waiting = client.call('wait', 'waiting', options);
    await settled();
    controller.abort();
    await expect(Promise.allSettled([running, waiting])).resolves.toMatchObject([
      { status: 'rejected' },
      { status: 'rejected' },
    ]);
    // The one that was never sent is let go of at once.
    expect(letGo).toBe(1);
    waiters[0]?.finish('late');
    await settled();
    expect(letGo).toBe(2);
  });

  it('never sends a call that was still waiting for credit', async () => {
    const { client, waiters } = converse();
    const first = client.call('wait', 'first');
    const controller = new AbortController();
    const second = client.call('wait', 'second', { signal: controller.signal });
    const third = client.call('wait', 'third');
    await settled();
    controller.abort();
    await expect(second).rejects.toEqual(coded('cancelled'));
    waiters[0]?.finish('1');
    await settled();
    waiters[1]?.finish('3');
    await expect(Promise.all([first, third])).resolves.toEqual(['1', '3']);
    expect(waiters.map(({ params }) => params)).toEqual(['first', 'third']);
  });

  it('before the call sends nothing', async () => {
    const { client, far, heard } = clientAlone();
    far.post(hello);
    await client.ready;
    await expect(client.call('double', 1, { signal: AbortSignal.abort() })).rejects.toEqual(
      coded('cancelled'),
    );
    await settled();
    expect(heard).toEqual([]);
  });

  it('after the answer does nothing', async () => {
    const { client, far, heard } = clientAlone();
    far.post(hello);
    const controller = new AbortController();
    const call = client.call('double', 1, { signal: controller.signal });
    await settled();
    far.post(seal({ kind: 'response', id: 1, outcome: { ok: true, result: 2 } }));
    await call;
    controller.abort();
    await settled();
    expect(heard).toHaveLength(1);
  });

  it('what the server does not know does nothing', async () => {
    const { far, heard } = serverAlone();
    far.post(seal({ kind: 'cancel', id: 99 }));
    far.post(seal({ kind: 'request', id: 1, method: 'double', params: 2 }));
    await settled();
    expect(heard).toContainEqual(seal({ kind: 'response', id: 1, outcome: { ok: true, result: 4 } }));
  });
});

describe('events and logs', () => {
  it('reach every listener', async () => {
    const { client, server } = converse();
    const heard: unknown[] = [];
    client.onEvent('ticked', ({ count }) => heard.push(count));
    client.onEvent('ticked', ({ count }) => heard.push(-count));
    client.onLog((level, message) => heard.push([level, message]));
    server.emit('ticked', { count: 1 });
    server.log('warn', 'careful');
    server.emit('ticked', { count: 2 });
    await settled();
    expect(heard).toEqual([1, -1, ['warn', 'careful'], 2, -2]);
  });

  it.each(['unknown', '__proto__', 'constructor', 'toString'])(
    'end the conversation when named %s',
    async (name) => {
      const { client, far } = clientAlone();
      far.post(hello);
      far.post(seal({ kind: 'event', name, payload: {} }));
      await expect(client.closed).resolves.toEqual(coded('protocol-error'));
    },
  );

  it('end the conversation when they carry something else', async () => {
    const { client, far } = clientAlone();
    far.post(seal({ kind: 'event', name: 'ticked', payload: { count: 'one' } }));
    await expect(client.closed).resolves.toEqual(coded('protocol-error'));
  });
});

describe('at the door', () => {
  it('another version ends the conversation on both sides', async () => {
    const { client, far } = clientAlone();
    const call = client.call('double', 1);
    far.post({ ...hello, v: protocolVersion + 1 });
    await expect(client.ready).rejects.toEqual(coded('protocol-version'));
    await expect(call).rejects.toEqual(coded('protocol-version'));
    const { server, far: oldClient } = serverAlone();
    oldClient.post({ ...seal({ kind: 'request', id: 1, method: 'double', params: 1 }), v: 0 });
    await expect(server.closed).resolves.toEqual(coded('protocol-version'));
  });

  it('a hello that says something else ends the conversation', async () => {
    const { client, far } = clientAlone();
    far.post(seal({ kind: 'hello', credit: 1, info: { name: 7 } }));
    await expect(client.ready).rejects.toEqual(coded('protocol-error'));
  });

  it('garbage ends the conversation, whatever it is', async () => {
    const garbage = fc.oneof(
      fc.anything({ withBigInt: true, withDate: true, withMap: true, withTypedArray: true }),
      fc.record({ v: fc.constant(protocolVersion), kind: fc.string(), id: fc.anything() }),
      fc.record({
        v: fc.constant(protocolVersion),
        kind: fc.constant('request'),
        id: fc.double(),
        method: fc.string(),
      }),
    );
    await fc.assert(
      fc.asyncProperty(garbage, async (message) => {
        const { client, far } = clientAlone();
        const call = client.call('double', 1);
        call.catch(() => undefined);
        far.post(message);
        await expect(client.closed).resolves.toEqual(coded('protocol-error'));
        await expect(call).rejects.toEqual(coded('protocol-error'));
        const { server, far: stranger } = serverAlone();
        stranger.post(message);
        await expect(server.closed).resolves.toEqual(coded('protocol-error'));
      }),
      { numRuns: 100 },
    );
  });

  it.each<Envelope>([
    seal({ kind: 'request', id: 1, method: 'double', params: 1 }),
    seal({ kind: 'cancel', id: 1 }),
    seal({ kind: 'shutdown' }),
  ])('the client takes no $kind', async (envelope) => {
    const { client, far } = clientAlone();
    far.post(envelope);
    await expect(client.closed).resolves.toMatchObject({
      message: `A server does not send "${envelope.kind}".`,
    });
  });

  it.each<Envelope>([
    hello,
    seal({ kind: 'response', id: 1, outcome: { ok: true, result: 1 } }),
    seal({ kind: 'progress', id: 1, value: 1 }),
    seal({ kind: 'event', name: 'ticked', payload: { count: 1 } }),
    seal({ kind: 'credit', amount: 1 }),
    seal({ kind: 'log', level: 'info', message: '' }),
    seal({ kind: 'bye' }),
  ])('the server takes no $kind', async (envelope) => {
    const { server, far } = serverAlone();
    far.post(envelope);
    await expect(server.closed).resolves.toMatchObject({
      message: `A client does not send "${envelope.kind}".`,
    });
  });

  it.each(['triple', '__proto__', 'constructor', 'hasOwnProperty', ''])(
    'there is no method "%s", and the conversation goes on',
    async (method) => {
      const { far, heard } = serverAlone();
      far.post(seal({ kind: 'request', id: 1, method, params: 1 }));
      await settled();
      far.post(seal({ kind: 'request', id: 2, method: 'double', params: 1 }));
      await settled();
      expect(
        heard.map((envelope) => (envelope.kind === 'response' ? envelope.outcome : envelope.kind)),
      ).toEqual([
        'hello',
        {
          ok: false,
          error: expect.objectContaining({
            code: 'protocol-error',
            message: `There is no method "${method}".`,
          }) as unknown,
        },
        'credit',
        { ok: true, result: 2 },
        'credit',
      ]);
    },
  );
});

describe('shutting down', () => {
  it('lets the server finish, says bye, and closes both ends', async () => {
    const { promise: finished, resolve: finish } = Promise.withResolvers<undefined>();
    const { client, server } = converse({ onShutdown: () => finished });
    let closed = false;
    const shutdown = client.shutdown().then(() => (closed = true));
    await settled();
    expect(closed).toBe(false);
    finish(undefined);
    await shutdown;
    await expect(client.closed).resolves.toEqual(coded('port-closed'));
    await expect(server.closed).resolves.toEqual(coded('port-closed'));
  });

  it('says bye also when finishing went wrong, and finishes once however often it is asked', async () => {
    const onShutdown = vi.fn(() => Promise.reject(new Error('disk full')));
    const { client, clientPort } = converse({ onShutdown });
    const logs: string[] = [];
    client.onLog((_, message) => logs.push(message));
    clientPort.post(seal({ kind: 'shutdown' }));
    await client.shutdown();
    expect(onShutdown).toHaveBeenCalledTimes(1);
    expect(logs).toEqual(['Shutting down went wrong: Error: disk full']);
  });

  it('ends at once when the port has closed already', async () => {
    const { client } = converse();
    client.close();
    await expect(client.shutdown()).resolves.toBeUndefined();
  });
});
