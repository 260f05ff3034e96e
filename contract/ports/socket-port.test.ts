import { once } from 'node:events';
import { createConnection, createServer, type AddressInfo, type Socket as NodeSocket } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { fromSocket } from './socket-port.ts';

/** Both ends of a connection of this process with itself. */
async function connection(): Promise<readonly [NodeSocket, NodeSocket]> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const near = createConnection((server.address() as AddressInfo).port, '127.0.0.1');
  const [[far]] = (await Promise.all([once(server, 'connection'), once(near, 'connect')])) as [
    [NodeSocket],
    unknown,
  ];
  server.close();
  onTestFinished(() => {
    near.destroy();
    far.destroy();
  });
  return [near, far];
}

it('what is posted in one go is one write, however many messages it is', async () => {
  const [near, far] = await connection();
  let writes = 0;
  const write = near._write.bind(near);
  const writev = near._writev?.bind(near);
  near._write = (...asked) => {
    writes += 1;
    write(...asked);
  };
  near._writev = (...asked) => {
    writes += 1;
    writev?.(...asked);
  };
  const received: unknown[] = [];
  const all = Promise.withResolvers<undefined>();
  const listener = fromSocket(far);
  listener.onMessage((message) => {
    received.push(message);
    if (received.length === 3) all.resolve(undefined);
  });
  listener.start();
  const port = fromSocket(near);
  port.post('response');
  port.post({ bytes: Uint8Array.of(1, 2) });
  port.post('credit');
  await all.promise;
  expect(received).toEqual(['response', { bytes: Uint8Array.of(1, 2) }, 'credit']);
  expect(writes).toBe(1);
});

it('what was posted before it was closed still arrives', async () => {
  const [near, far] = await connection();
  const received: unknown[] = [];
  const listener = fromSocket(far);
  listener.onMessage((message) => received.push(message));
  const closed = new Promise<void>((resolve) => {
    listener.onClose(() => {
      resolve();
    });
  });
  listener.start();
  const port = fromSocket(near);
  port.post('bye');
  port.close();
  await closed;
  expect(received).toEqual(['bye']);
});
