/** Sync calls between the two worlds of a page, which share the document and no objects. */
export interface WorldLink {
  /** Offers a value to the other world. */
  offer(name: string, value: unknown): void;
  onOffer(listener: (name: string, value: unknown) => void): void;
}

/**
 * What `contextBridge` does: values are copied, functions become proxies whose arguments and results are copied,
 * promises follow each other, files stay the files they are. Errors cross with their message only.
 *
 * Copies are made by events that both worlds hear: what one puts into `detail` reaches the other as a structured clone.
 * A `DataTransfer` is what carries a file from one world to the other without making another file of it.
 *
 * The function refers to nothing outside itself: its source is given to both worlds.
 */
export function createWorldLink(secret: string, side: 'main' | 'isolated'): WorldLink {
  const other = side === 'main' ? 'isolated' : 'main';
  const functions: ((...args: unknown[]) => unknown)[] = [];
  const promises = new Map<number, PromiseWithResolvers<unknown>>();
  let files: readonly File[] = [];
  let lastPromise = 0;
  let answer: Message | undefined;
  let offered: (name: string, value: unknown) => void = () => undefined;

  interface Message {
    readonly kind: 'offer' | 'call' | 'answer' | 'settle';
    readonly id?: number;
    readonly name?: string;
    readonly ok?: boolean;
    readonly value?: unknown;
  }

  interface Marked {
    readonly contextBridge: 'function' | 'promise' | 'file' | 'error';
    readonly id: number;
    readonly message?: string;
  }

  function send(message: Message): void {
    const transfer = new DataTransfer();
    const value = 'value' in message ? pack(message.value, transfer) : undefined;
    if (transfer.items.length > 0)
      dispatchEvent(new DragEvent(`${secret}:${other}:files`, { dataTransfer: transfer }));
    dispatchEvent(new CustomEvent(`${secret}:${other}`, { detail: { ...message, value } }));
  }

  function pack(value: unknown, transfer: DataTransfer): unknown {
    if (typeof value === 'function') {
      functions.push(value as (...args: unknown[]) => unknown);
      return { contextBridge: 'function', id: functions.length - 1 } satisfies Marked;
    }
    if (typeof value !== 'object' || value === null) return value;
    if (value instanceof Promise) {
      const id = (lastPromise += 1);
      value.then(
        (result: unknown) => {
          send({ kind: 'settle', id, ok: true, value: result });
        },
        (error: unknown) => {
          send({ kind: 'settle', id, ok: false, value: error });
        },
      );
      return { contextBridge: 'promise', id } satisfies Marked;
    }
    if (value instanceof File) {
      transfer.items.add(value);
      return { contextBridge: 'file', id: transfer.items.length - 1 } satisfies Marked;
    }
    if (value instanceof Error)
      return { contextBridge: 'error', id: 0, message: value.message } satisfies Marked;
    if (value instanceof FileList) return [...value].map((item) => pack(item, transfer));
    if (Array.isArray(value)) return value.map((item) => pack(item, transfer));
    const prototype: unknown = Object.getPrototypeOf(value);
    if (prototype !== Object.prototype && prototype !== null) return value;
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, pack(item, transfer)]));
  }

  function unpack(value: unknown): unknown {
    if (Array.isArray(value)) return value.map(unpack);
    if (typeof value !== 'object' || value === null || Object.getPrototypeOf(value) !== Object.prototype)
      return value;
    if (!('contextBridge' in value)) {
      return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, unpack(item)]));
    }
    const { contextBridge, id, message } = value as Marked;
    switch (contextBridge) {
      case 'function':
        return (...args: unknown[]) => call(id, args);
      case 'promise': {
        const promise = Promise.withResolvers<unknown>();
        promises.set(id, promise);
        return promise.promise;
      }
      case 'file':
        return files[id];
      case 'error':
        return new Error(message);
    }
  }

  function call(id: number, args: unknown[]): unknown {
    return ask({ kind: 'call', id, value: args });
  }

  function ask(message: Message): unknown {
    answer = undefined;
    send(message);
    // Told by the listener below, before `send` returns.
    const told = answer as Message | undefined;
    if (told === undefined) throw new Error('electron stand-in: a value for the bridge could not be cloned');
    if (told.ok !== true) throw told.value;
    return told.value;
  }

  function serve({ id = 0, value }: Message): void {
    reply(() => {
      const target = functions[id];
      if (target === undefined) throw new Error('electron stand-in: the bridge has no such function');
      return target(...(value as unknown[]));
    });
  }

  function reply(work: () => unknown): void {
    let message: Message;
    try {
      message = { kind: 'answer', ok: true, value: work() };
    } catch (error) {
      const value = error instanceof Error ? error : new Error(String(error));
      message = { kind: 'answer', ok: false, value };
    }
    send(message);
  }

  addEventListener(`${secret}:${side}:files`, (event) => {
    if (event instanceof DragEvent) files = [...(event.dataTransfer?.files ?? [])];
  });
  addEventListener(`${secret}:${side}`, (event) => {
    const { detail } = event as CustomEvent<Message | null>;
    if (detail === null) return;
    const message = { ...detail, value: unpack(detail.value) };
    switch (message.kind) {
      case 'offer':
        reply(() => {
          offered(message.name ?? '', message.value);
        });
        return;
      case 'call':
        serve(message);
        return;
      case 'answer':
        answer = message;
        return;
      case 'settle': {
        const promise = promises.get(message.id ?? 0);
        promises.delete(message.id ?? 0);
        if (message.ok === true) promise?.resolve(message.value);
        // Whatever was thrown there is thrown here.
        else promise?.reject(message.value);
      }
    }
  });

  return {
    offer(name, value) {
      ask({ kind: 'offer', name, value });
    },
    onOffer(listener) {
      offered = listener;
    },
  };
}
