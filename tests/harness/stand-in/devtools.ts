import type { Readable, Writable } from 'node:stream';

/** The browser's own protocol over its pipe: commands, and events of the browser and of its pages. */
export interface DevTools {
  /** @throws Error with the browser's own words, or when the browser is gone */
  send(method: string, params?: object, session?: string): Promise<Record<string, unknown>>;
  onEvent(
    session: string | undefined,
    listener: (method: string, params: Record<string, unknown>) => void,
  ): void;
  forget(session: string): void;
}

interface Message {
  readonly id?: number;
  readonly sessionId?: string;
  readonly method?: string;
  readonly params?: Record<string, unknown>;
  readonly result?: Record<string, unknown>;
  readonly error?: { readonly message: string };
}

/** Messages are JSON texts, each ended by a zero byte. */
export function createDevTools(input: Writable, output: Readable): DevTools {
  const pending = new Map<
    number,
    { method: string; resolve: (result: Record<string, unknown>) => void; reject: (error: Error) => void }
  >();
  const listeners = new Map<
    string | undefined,
    ((method: string, params: Record<string, unknown>) => void)[]
  >();
  let lastId = 0;
  let rest: Buffer[] = [];
  let gone = false;

  function receive({ id, sessionId, method, params, result, error }: Message): void {
    if (id === undefined) {
      for (const listener of listeners.get(sessionId) ?? []) listener(method ?? '', params ?? {});
      return;
    }
    const call = pending.get(id);
    pending.delete(id);
    if (error === undefined) call?.resolve(result ?? {});
    else call?.reject(new Error(`${call.method}: ${error.message}`));
  }

  output.on('data', (piece: Buffer) => {
    let begin = 0;
    for (let end = piece.indexOf(0); end >= 0; end = piece.indexOf(0, begin)) {
      const text = Buffer.concat([...rest, piece.subarray(begin, end)]).toString();
      rest = [];
      begin = end + 1;
      receive(JSON.parse(text) as Message);
    }
    if (begin < piece.length) rest.push(piece.subarray(begin));
  });
  output.on('close', () => {
    gone = true;
    for (const { method, reject } of pending.values()) reject(new Error(`${method}: the browser is gone`));
    pending.clear();
  });
  input.on('error', () => undefined);

  return {
    send(method, params = {}, session) {
      if (gone) return Promise.reject(new Error(`${method}: the browser is gone`));
      const id = (lastId += 1);
      return new Promise((resolve, reject) => {
        pending.set(id, { method, resolve, reject });
        input.write(`${JSON.stringify({ id, method, params, sessionId: session })}\0`);
      });
    },
    onEvent(session, listener) {
      listeners.set(session, [...(listeners.get(session) ?? []), listener]);
    },
    forget(session) {
      listeners.delete(session);
    },
  };
}
