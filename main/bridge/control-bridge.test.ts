import { EventEmitter } from 'node:events';
import { MessageChannel, type MessagePort } from 'node:worker_threads';
import { afterEach, describe, expect, it } from 'vitest';
import { controlPortChannel, requestControlPort } from '../../contract/channels.ts';
import { controlProtocol } from '../../contract/control-protocol.ts';
import { fromThreadPort } from '../../contract/ports/node-port.ts';
import { createClient } from '../../contract/rpc.ts';
import { appOrigin } from '../app/app-protocol.ts';
import { serveControl, type ControlDoor } from './control-bridge.ts';

const open: MessagePort[] = [];

/** Electron's channel, made of Node's: they differ in how an event carries its data. */
function openChannel(): { port1: object; port2: MessagePort } {
  const { port1, port2 } = new MessageChannel();
  open.push(port1, port2);
  return {
    port1: {
      postMessage: (message: unknown) => {
        port1.postMessage(message);
      },
      on: (event: string, listener: (given: unknown) => void) =>
        port1.on(event, (value: unknown) => {
          listener(event === 'message' ? { data: value } : value);
        }),
      start: () => {
        port1.start();
      },
      close: () => {
        port1.close();
      },
    },
    port2,
  };
}

afterEach(() => {
  for (const port of open.splice(0)) port.close();
});

const hello = { name: 'Millrace', version: '1.2.3', platform: 'test' };

/** A bridge, and a way to ask it for a port as a frame would. */
function bridge(): { ask(frame: object | null): MessagePort | undefined; warnings: string[] } {
  const ipcMain = new EventEmitter();
  const warnings: string[] = [];
  serveControl({ ipcMain, openChannel } as unknown as ControlDoor, {
    origin: appOrigin,
    hello,
    log: { warn: (message) => warnings.push(message) },
  });
  return {
    warnings,
    ask(frame) {
      let received: MessagePort | undefined;
      const postMessage = (channel: string, _message: unknown, [port]: [MessagePort]): void => {
        expect(channel).toBe(controlPortChannel);
        received = port;
      };
      ipcMain.emit(requestControlPort, { senderFrame: frame === null ? null : { ...frame, postMessage } });
      return received;
    },
  };
}

const ownFrame = { url: `${appOrigin}/`, parent: null };

describe('serveControl', () => {
  it('gives our page a port and greets it there', async () => {
    const port = bridge().ask(ownFrame);
    if (port === undefined) throw new Error('No port came.');
    const client = createClient(fromThreadPort(port), controlProtocol);
    expect(await client.ready).toEqual(hello);
    expect(client.credit).toBeGreaterThan(0);
  });

  it('gives a page that asks again a port of its own', () => {
    const { ask } = bridge();
    const first = ask(ownFrame);
    const second = ask(ownFrame);
    expect(first).toBeDefined();
    expect(second).not.toBe(first);
  });

  it.each([
    ['a frame inside the page', { url: `${appOrigin}/`, parent: {} }],
    ['a page from elsewhere', { url: 'https://example.org/', parent: null }],
    ['a frame that is gone', null],
  ])('sends %s away', (_name, frame) => {
    const { ask, warnings } = bridge();
    expect(ask(frame)).toBeUndefined();
    expect(warnings).toHaveLength(1);
  });
});
