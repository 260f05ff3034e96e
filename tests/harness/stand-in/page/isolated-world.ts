import type { createCodec as CreateCodec } from '../codec.ts';
import type { createWorldLink as CreateWorldLink } from './world-link.ts';

export interface IsolatedWorldOptions {
  readonly secret: string;
  /** Path of our line to main. */
  readonly line: string;
  readonly platform: string;
  readonly versions: Readonly<Record<string, string>>;
}

/** From main to a page. */
export type ToPage =
  | { readonly kind: 'ipc'; readonly channel: string; readonly ports: readonly number[] }
  | { readonly kind: 'answer'; readonly id: number; readonly ok: boolean }
  | { readonly kind: 'port'; readonly end: number; readonly ports: readonly number[] }
  | { readonly kind: 'closed'; readonly end: number }
  /** The paths of the files that will be dropped next. */
  | { readonly kind: 'dropping'; readonly id: number };

/** From a page to main. */
export type FromPage =
  | { readonly kind: 'send'; readonly channel: string }
  | { readonly kind: 'invoke'; readonly channel: string; readonly id: number }
  | { readonly kind: 'post'; readonly channel: string; readonly ports: readonly string[] }
  | { readonly kind: 'port'; readonly end: number | string }
  | { readonly kind: 'closed'; readonly end: number | string }
  | { readonly kind: 'window'; readonly url: string; readonly frameName: string; readonly features: string }
  | { readonly kind: 'preload-error' }
  | { readonly kind: 'dropping'; readonly id: number };

/**
 * Runs the preload as Electron's sandbox does: CommonJS with `electron` as the only module, in a world of its own beside
 * the page's. Its line to main is opened before the document is parsed, so the page's policy, which comes in the
 * document, need not allow it. Refers to nothing outside itself: its source is given to the page.
 */
export function startIsolatedWorld(
  createCodec: typeof CreateCodec,
  createWorldLink: typeof CreateWorldLink,
  { secret, line, platform, versions }: IsolatedWorldOptions,
  preload: (
    require: (name: string) => unknown,
    module: { exports: object },
    exports: object,
    process: object,
  ) => void,
): void {
  if (window !== window.top || location.protocol === 'about:') return;
  const codec = createCodec();
  const link = createWorldLink(secret, 'isolated');

  // The line to main.
  const socket = new WebSocket(`ws://${location.host}${line}?${encodeURIComponent(location.href)}`);
  socket.binaryType = 'arraybuffer';
  const early: Uint8Array<ArrayBuffer>[] = [];
  socket.addEventListener('open', () => {
    for (const frame of early.splice(0)) socket.send(frame);
  });

  function send(head: FromPage, message?: unknown): void {
    const text = new TextEncoder().encode(JSON.stringify(head));
    const body = codec.encode(message);
    const frame = new Uint8Array(4 + text.length + body.length);
    new DataView(frame.buffer).setUint32(0, text.length);
    frame.set(text, 4);
    frame.set(body, 4 + text.length);
    if (socket.readyState === WebSocket.CONNECTING) early.push(frame);
    else if (socket.readyState === WebSocket.OPEN) socket.send(frame);
  }

  socket.addEventListener('message', ({ data }) => {
    const bytes = new Uint8Array(data as ArrayBuffer);
    const length = new DataView(bytes.buffer).getUint32(0);
    const head = JSON.parse(new TextDecoder().decode(bytes.subarray(4, 4 + length))) as ToPage;
    receive(head, bytes.subarray(4 + length));
  });

  function receive(head: ToPage, body: Uint8Array): void {
    switch (head.kind) {
      case 'ipc':
        emit(head.channel, head.ports.map(arrive), codec.decode(body) as unknown[]);
        return;
      case 'answer': {
        const call = calls.get(head.id);
        calls.delete(head.id);
        const value = codec.decode(body);
        if (head.ok) call?.resolve(value);
        else call?.reject(new Error(String(value)));
        return;
      }
      case 'port':
        ends.get(head.end)?.postMessage(codec.decode(body), head.ports.map(arrive));
        return;
      case 'closed':
        ends.get(head.end)?.close();
        ends.delete(head.end);
        return;
      case 'dropping':
        dropped = codec.decode(body) as string[];
        send({ kind: 'dropping', id: head.id });
    }
  }

  // Ports: each that comes from main is one end of a channel here, whose other end we keep and pass on.
  const ends = new Map<number | string, MessagePort>();
  let lastOwn = 0;

  function passOn(end: number | string, port: MessagePort): void {
    ends.set(end, port);
    port.addEventListener('message', ({ data }) => {
      send({ kind: 'port', end }, data);
    });
    port.addEventListener('close', () => {
      if (ends.delete(end)) send({ kind: 'closed', end });
    });
    port.start();
  }

  function arrive(end: number): MessagePort {
    const { port1, port2 } = new MessageChannel();
    passOn(end, port1);
    return port2;
  }

  // ipcRenderer
  type Listener = (event: object, ...args: unknown[]) => void;
  const listeners = new Map<string, { listener: Listener; once: boolean }[]>();
  const calls = new Map<number, PromiseWithResolvers<unknown>>();
  let lastCall = 0;

  function emit(channel: string, ports: readonly MessagePort[], args: readonly unknown[]): void {
    for (const entry of [...(listeners.get(channel) ?? [])]) {
      if (entry.once) off(channel, entry.listener);
      entry.listener({ sender: ipcRenderer, ports }, ...args);
    }
  }

  function listen(channel: string, listener: Listener, once: boolean): void {
    listeners.set(channel, [...(listeners.get(channel) ?? []), { listener, once }]);
  }

  function off(channel: string, listener: Listener): void {
    const left = (listeners.get(channel) ?? []).filter((entry) => entry.listener !== listener);
    listeners.set(channel, left);
  }

  const ipcRenderer = throwing('ipcRenderer', {
    on: (channel: string, listener: Listener) => {
      listen(channel, listener, false);
      return ipcRenderer;
    },
    once: (channel: string, listener: Listener) => {
      listen(channel, listener, true);
      return ipcRenderer;
    },
    off,
    removeListener: off,
    removeAllListeners: (channel: string) => listeners.delete(channel),
    send: (channel: string, ...args: unknown[]) => {
      send({ kind: 'send', channel }, args);
    },
    invoke: (channel: string, ...args: unknown[]): Promise<unknown> => {
      const call = Promise.withResolvers<unknown>();
      const id = (lastCall += 1);
      calls.set(id, call);
      send({ kind: 'invoke', channel, id }, args);
      return call.promise;
    },
    postMessage: (channel: string, message: unknown, transfer: readonly unknown[] = []) => {
      const ports = transfer.map((port) => {
        if (!(port instanceof MessagePort)) throw new TypeError('Invalid value for transfer');
        lastOwn += 1;
        return { end: `own-${String(lastOwn)}`, port };
      });
      send({ kind: 'post', channel, ports: ports.map(({ end }) => end) }, message);
      for (const { end, port } of ports) passOn(end, relay(port));
    },
  }) as object;

  /** A transferred port cannot be used any more where it was. */
  function relay(port: MessagePort): MessagePort {
    return structuredClone(port, { transfer: [port] });
  }

  // webUtils: the paths are known to whoever dropped the files; File objects do not tell them to scripts.
  let dropped: readonly string[] = [];
  const paths = new WeakMap<File, string>();
  addEventListener(
    'drop',
    ({ dataTransfer }) => {
      for (const [index, file] of [...(dataTransfer?.files ?? [])].entries()) {
        const path = dropped[index];
        if (path !== undefined) paths.set(file, path);
      }
      dropped = [];
    },
    { capture: true },
  );

  const electron = throwing('the sandboxed preload module electron', {
    contextBridge: throwing('contextBridge', {
      exposeInMainWorld: (name: string, api: unknown) => {
        link.offer(name, api);
      },
    }),
    ipcRenderer,
    webUtils: throwing('webUtils', {
      getPathForFile: (file: unknown): string => {
        if (!(file instanceof File)) throw new TypeError('The "file" argument must be a File');
        return paths.get(file) ?? '';
      },
    }),
  });

  function throwing<T extends object>(name: string, target: T): T {
    return new Proxy(target, {
      get(object, key) {
        if (typeof key === 'string' && !(key in object)) {
          throw new Error(`electron stand-in: ${name}.${key} is not implemented`);
        }
        return Reflect.get(object, key) as unknown;
      },
    });
  }

  link.offer('electron stand-in', {
    openWindow: (url: string, frameName: string, features: string) => {
      send({ kind: 'window', url, frameName, features });
    },
  });

  const module = { exports: {} };
  try {
    preload(
      (name) => {
        if (name === 'electron') return electron;
        throw new Error(`module not found: ${name}`);
      },
      module,
      module.exports,
      { platform, versions, type: 'renderer', sandboxed: true, contextIsolated: true, env: {} },
    );
  } catch (error) {
    send({ kind: 'preload-error' }, error instanceof Error ? (error.stack ?? error.message) : String(error));
  }
}
