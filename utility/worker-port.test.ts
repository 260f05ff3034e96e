import { EventEmitter } from 'node:events';
import { describe, expect, it } from 'vitest';
import { previewPortChannel } from '../contract/channels.ts';
import type { ElectronMessagePort } from '../contract/ports/electron-port.ts';
import { previewProtocol } from '../contract/preview-protocol.ts';
import { createClient } from '../contract/rpc/client.ts';
import type { PortLike } from '../contract/port.ts';
import { portPair } from '../tests/fixtures/port-pair.ts';
import { createPreviewPages } from './preview-pages.ts';
import { splitPort } from './worker-port.ts';

/** A `MessagePortMain` over a channel in memory. */
function electronPort(port: PortLike): ElectronMessagePort & { closed: boolean } {
  const events = new EventEmitter();
  port.onMessage((data) => events.emit('message', { data }));
  port.onClose(() => events.emit('close'));
  return {
    closed: false,
    postMessage: (message) => void port.post(message),
    on: (event: string, listener: (given: { data: unknown }) => void) => events.on(event, listener),
    start: () => {
      port.start();
    },
    close() {
      this.closed = true;
      port.close();
    },
  };
}

const meant = { channel: previewPortChannel, slot: 2, generation: 5, page: 1 };

describe('splitPort', () => {
  it('keeps ports out of the conversation with main', () => {
    const parentPort = new EventEmitter();
    const { port, onHandOver } = splitPort(Object.assign(parentPort, { postMessage: () => undefined }));
    const heard: unknown[] = [];
    const handed: unknown[] = [];
    port.onMessage((message) => heard.push(message));
    port.start();
    onHandOver((message, given) => handed.push(message, given));
    const [one] = portPair();
    parentPort.emit('message', { data: 'words', ports: [] });
    parentPort.emit('message', { data: 'a port', ports: [one] });
    expect(heard).toEqual(['words']);
    expect(handed).toEqual(['a port', one]);
  });
});

describe('preview pages', () => {
  it('send pictures to the page they are for, over its youngest port', async () => {
    const pages = createPreviewPages();
    const [oldOurs] = portPair();
    pages.connect(meant, electronPort(oldOurs));
    const [ours, theirs] = portPair();
    pages.connect(meant, electronPort(ours));
    const client = createClient(theirs, previewProtocol);
    expect(await client.ready).toEqual({ slot: 2, generation: 5 });
    const picture = new Promise((resolve) => {
      client.onEvent('picture', resolve);
    });
    const sent = { token: 9, bytes: new Uint8Array([1, 2]), mime: 'image/png', width: 3, height: 4 };
    pages.send(1, sent);
    expect(await picture).toEqual(sent);
    expect(pages.has(2)).toBe(false);
    client.close();
    await new Promise(setImmediate);
    expect(pages.has(1)).toBe(false);
  });

  it.each([undefined, 'words', { ...meant, page: -1 }, { ...meant, channel: 'another' }])(
    'close a port that is for something else: %j',
    (message) => {
      const pages = createPreviewPages();
      const port = electronPort(portPair()[0]);
      pages.connect(message, port);
      expect(port.closed).toBe(true);
      expect(pages.has(1)).toBe(false);
    },
  );

  it('send a page away that asks for something', async () => {
    const pages = createPreviewPages();
    const [ours, theirs] = portPair();
    pages.connect(meant, electronPort(ours));
    theirs.start();
    theirs.post({ v: 1, kind: 'request', id: 1, method: 'constructor', params: {} });
    await new Promise(setImmediate);
    expect(pages.has(1)).toBe(false);
  });
});
