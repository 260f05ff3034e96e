import { createCodec } from './codec.ts';
import { invokeHandler, ipcMain } from './ipc-main.ts';
import { throwing } from './not-implemented.ts';
import { fromBrowserAddress } from './page-server.ts';
import type { FromPage, ToPage } from './page/isolated-world.ts';
import {
  adoptPort,
  closeEnd,
  closePlace,
  movePorts,
  passFrom,
  type MessagePortMain,
  type Place,
} from './ports.ts';
import type { Socket, SocketListeners } from './websocket.ts';

const codec = createCodec();

/** What a document asks of the contents it is in. */
export interface DocumentOwner {
  readonly sender: object;
  openWindow(details: { url: string; frameName: string; features: string }): void;
  preloadFailed(error: Error): void;
  gone(document: PageDocument): void;
}

/** One document of a page, from its start to a reload: its line to us, and the ports that live in it. */
export interface PageDocument {
  readonly listeners: SocketListeners;
  readonly frame: object;
  send(channel: string, args: readonly unknown[], transfer?: readonly unknown[]): void;
  /** Tells the page which files will be dropped next; resolves when it knows. */
  dropping(paths: readonly string[]): Promise<void>;
  close(): void;
}

export function openDocument(socket: Socket, address: string, owner: DocumentOwner): PageDocument {
  /** Ends that the page made itself have its own names for them. */
  const own = new Map<string, number>();
  const ownNames = new Map<number, string>();
  const drops = new Map<number, () => void>();
  let lastDrop = 0;
  let state: 'open' | 'closed' = 'open';

  function post(head: ToPage, body: Uint8Array): void {
    const text = new TextEncoder().encode(JSON.stringify(head));
    const length = new Uint8Array(4);
    new DataView(length.buffer).setUint32(0, text.length);
    socket.send([length, text, body]);
  }

  const nameOf = (end: number): number => (ownNames.get(end) ?? end) as number;
  const place: Place = {
    deliver(end, body, ports) {
      post({ kind: 'port', end: nameOf(end), ports }, body);
    },
    closed(end) {
      post({ kind: 'closed', end: nameOf(end) }, codec.encode(undefined));
    },
  };

  function send(channel: string, args: readonly unknown[], transfer: readonly unknown[] = []): void {
    const body = codec.encode(args);
    movePorts(transfer, place, (ports) => {
      post({ kind: 'ipc', channel, ports }, body);
    });
  }

  const frame = throwing('WebFrameMain', {
    get url() {
      return address;
    },
    get origin() {
      return new URL(address).origin;
    },
    parent: null,
    get top(): object {
      return frame;
    },
    detached: false,
    isDestroyed: () => state === 'closed',
    send: (channel: string, ...args: unknown[]) => {
      send(channel, args);
    },
    postMessage: (channel: string, message: unknown, transfer?: readonly unknown[]) => {
      send(channel, [message], transfer);
    },
  });

  function eventWith(ports: readonly MessagePortMain[]): object {
    return throwing('IpcMainEvent', {
      type: 'frame',
      sender: owner.sender,
      get senderFrame() {
        return state === 'open' ? frame : null;
      },
      ports,
      returnValue: undefined,
      reply: (channel: string, ...args: unknown[]) => {
        send(channel, args);
      },
      preventDefault: () => undefined,
      defaultPrevented: false,
    });
  }

  function adopt(name: string): MessagePortMain {
    const { id, port } = adoptPort(place);
    own.set(name, id);
    ownNames.set(id, name);
    return port;
  }

  async function answer(channel: string, id: number, args: readonly unknown[]): Promise<void> {
    try {
      const value = await invokeHandler(channel, eventWith([]), args);
      post({ kind: 'answer', id, ok: true }, codec.encode(value));
    } catch (error) {
      const message = `Error invoking remote method '${channel}': ${String(error)}`;
      post({ kind: 'answer', id, ok: false }, codec.encode(message));
    }
  }

  function receive(head: FromPage, body: Uint8Array): void {
    switch (head.kind) {
      case 'send':
        ipcMain.emit(head.channel, eventWith([]), ...(codec.decode(body) as unknown[]));
        return;
      case 'invoke':
        void answer(head.channel, head.id, codec.decode(body) as unknown[]);
        return;
      case 'post':
        ipcMain.emit(head.channel, eventWith(head.ports.map(adopt)), codec.decode(body));
        return;
      case 'port':
        passFrom(own.get(String(head.end)) ?? Number(head.end), body);
        return;
      case 'closed':
        closeEnd(own.get(String(head.end)) ?? Number(head.end));
        return;
      case 'window':
        owner.openWindow(head);
        return;
      case 'preload-error':
        owner.preloadFailed(new Error(String(codec.decode(body))));
        return;
      case 'dropping':
        drops.get(head.id)?.();
        drops.delete(head.id);
    }
  }

  function close(): void {
    if (state === 'closed') return;
    state = 'closed';
    frame.detached = true;
    closePlace(place);
    socket.close();
    owner.gone(document);
  }

  const document: PageDocument = {
    listeners: {
      message(bytes) {
        const length = new DataView(bytes.buffer, bytes.byteOffset).getUint32(0);
        const head = JSON.parse(new TextDecoder().decode(bytes.subarray(4, 4 + length))) as FromPage;
        receive(head, bytes.subarray(4 + length));
      },
      close,
    },
    frame,
    send,
    dropping(paths) {
      const id = (lastDrop += 1);
      return new Promise((resolve) => {
        drops.set(id, resolve);
        post({ kind: 'dropping', id }, codec.encode(paths));
      });
    },
    close,
  };
  return document;
}

export function addressOfLine(path: string): string {
  return fromBrowserAddress(decodeURIComponent(path.slice(path.indexOf('?') + 1)));
}
