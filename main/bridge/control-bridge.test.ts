import { EventEmitter } from 'node:events';
import type { MessagePort } from 'node:worker_threads';
import { afterEach, describe, expect, it } from 'vitest';
import {
  controlPortChannel,
  previewPortChannel,
  previewPortSchema,
  requestControlPort,
  workerPreviewPortSchema,
} from '../../contract/channels.ts';
import { controlProtocol } from '../../contract/control-protocol.ts';
import { fromThreadPort } from '../../contract/ports/node-port.ts';
import { createClient } from '../../contract/rpc/client.ts';
import { parseWith } from '../../contract/validation.ts';
import { bridgeStage, links, type BridgeStage } from '../../tests/fixtures/bridge-stage.ts';
import { electronChannel } from '../../tests/fixtures/electron-channel.ts';
import { appOrigin } from '../app/app-protocol.ts';
import type { WorkerProcess } from '../workers/host.ts';
import { serveControl, type ControlBridge, type ControlDoor } from './control-bridge.ts';
import { createPreviewPorts, type PreviewPorts } from './preview-ports.ts';
import { createPreviews } from './previews.ts';

const open: (() => void)[] = [];

function openChannel(): { port1: object; port2: MessagePort } {
  const { channel, close } = electronChannel();
  open.push(close);
  return channel;
}

afterEach(() => {
  for (const close of open.splice(0)) close();
});

const hello = { name: 'Millrace', version: '1.2.3', platform: 'test' };

interface Door extends BridgeStage {
  ask(frame: object | null): MessagePort | undefined;
  readonly warnings: string[];
  readonly control: ControlBridge;
  readonly previewPorts: PreviewPorts;
  /** Slots and generations of the preview ports that pages were given. */
  readonly pagePorts: { readonly slot: number; readonly generation: number }[];
}

/** A bridge, and a way to ask it for a port as a frame would. */
async function door(): Promise<Door> {
  const stage = await bridgeStage({ instant: true });
  const ipcMain = new EventEmitter();
  const warnings: string[] = [];
  const pagePorts: Door['pagePorts'] = [];
  const previewPorts = createPreviewPorts(openChannel as unknown as ControlDoor['openChannel']);
  const control = serveControl({ ipcMain, openChannel } as unknown as ControlDoor, {
    origin: appOrigin,
    hello,
    desk: stage.desk,
    shell: stage.shell,
    previews: createPreviews(stage.desk, () => undefined),
    previewPorts,
    clock: stage.world.clock,
    log: { warn: (message) => warnings.push(message) },
  });
  return {
    ...stage,
    warnings,
    control,
    previewPorts,
    pagePorts,
    ask(frame) {
      let received: MessagePort | undefined;
      const postMessage = (channel: string, message: unknown, [port]: [MessagePort]): void => {
        if (channel === controlPortChannel) received = port;
        else {
          expect(channel).toBe(previewPortChannel);
          pagePorts.push(parseWith(previewPortSchema, message, 'protocol-error'));
        }
      };
      ipcMain.emit(requestControlPort, { senderFrame: frame === null ? null : { ...frame, postMessage } });
      return received;
    },
  };
}

function connect(port: MessagePort | undefined) {
  if (port === undefined) throw new Error('No port came.');
  return createClient(fromThreadPort(port), controlProtocol);
}

const ownFrame = { url: `${appOrigin}/`, parent: null };

describe('serveControl', () => {
  it('gives our page a port and greets it there', async () => {
    const { ask } = await door();
    const client = connect(ask(ownFrame));
    expect(await client.ready).toEqual(hello);
    expect(client.credit).toBeGreaterThan(0);
  });

  it.each([
    ['a frame inside the page', { url: `${appOrigin}/`, parent: {} }],
    ['a page from elsewhere', { url: 'https://example.org/', parent: null }],
    ['a frame that is gone', null],
  ])('sends %s away', async (_name, frame) => {
    const { ask, warnings } = await door();
    expect(ask(frame)).toBeUndefined();
    expect(warnings).toHaveLength(1);
  });

  it('tells a page that was reloaded everything again', async () => {
    const { ask, desk, until } = await door();
    const before = connect(ask(ownFrame));
    await before.call('add', { offers: links('a.jpg', 'b.jpg'), goesOn: false });
    await until(({ view }) => view?.batch?.state === 'ended');
    before.close();
    const after = connect(ask(ownFrame));
    const told = await after.call('changes', undefined);
    expect(told).toMatchObject({ batch: 1, rows: [{ id: 1, state: 'done' }, { id: 2 }], removed: [] });
    expect(told.view?.batch).toEqual(desk.batch?.view());
  });

  it('passes menu items on to every page', async () => {
    const { ask, control } = await door();
    const client = connect(ask(ownFrame));
    await client.ready;
    const told = new Promise((resolve) => {
      client.onEvent('command', resolve);
    });
    control.command('select-all');
    expect(await told).toBe('select-all');
  });

  it('sends a page away that speaks garbage, and goes on serving others', async () => {
    const { ask, warnings } = await door();
    const port = ask(ownFrame);
    const client = connect(port);
    await client.ready;
    port?.postMessage({ v: 1, kind: 'request', id: -1, method: 7 });
    await client.closed;
    expect(warnings).toHaveLength(1);
    expect(await connect(ask(ownFrame)).ready).toEqual(hello);
  });
});

describe('preview ports', () => {
  /** A worker that notes which pages it was given ports to. */
  function worker(): { process: WorkerProcess; pages: number[]; end(): void } {
    const pages: number[] = [];
    const ended = Promise.withResolvers<{ kind: 'exited'; code: number }>();
    const process = {
      handOver: (message: unknown) => {
        pages.push(parseWith(workerPreviewPortSchema, message, 'protocol-error').page);
      },
      ended: ended.promise,
    };
    return {
      process: process as unknown as WorkerProcess,
      pages,
      end() {
        ended.resolve({ kind: 'exited', code: 0 });
      },
    };
  }

  it('connect every worker with every page, whichever comes first, and no one with the dead', async () => {
    const { ask, previewPorts, pagePorts } = await door();
    const early = worker();
    previewPorts.workerReady(early.process, 0);
    const first = connect(ask(ownFrame));
    await first.ready;
    expect(early.pages).toEqual([1]);
    early.end();
    await new Promise(setImmediate);
    const late = worker();
    previewPorts.workerReady(late.process, 0);
    expect(pagePorts).toMatchObject([
      { slot: 0, generation: 1 },
      { slot: 0, generation: 2 },
    ]);

    first.close();
    const second = connect(ask(ownFrame));
    await second.ready;
    const last = worker();
    previewPorts.workerReady(last.process, 1);
    expect(early.pages).toEqual([1]);
    expect(late.pages).toEqual([1, 2]);
    expect(last.pages.at(-1)).toBe(2);
    expect(pagePorts.at(-1)).toMatchObject({ slot: 1, generation: 3 });
  });
});
