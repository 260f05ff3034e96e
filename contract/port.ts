import type { MillraceError } from './errors.ts';

/**
 * One end of a message channel, whatever carries it. Messages are plain data: null, booleans, finite numbers, strings,
 * bytes (`Uint8Array`), arrays and objects of these; a field that is undefined is one that is absent. Bytes travel in
 * the message body (an ArrayBuffer in a transfer list is lost between Electron processes). Whoever has posted them
 * leaves them as they are: not every channel copies them at once.
 *
 * Nothing is delivered before `start()`. `onClose` fires exactly once, whether the peer went away, this side closed or
 * something came that is no message, which is its `reason`; after it `post` does nothing and answers `false`, and no
 * message is delivered.
 */
export interface PortLike {
  /** Sends one message. `false` when the port is closed and the message went nowhere. Throws when it cannot be sent. */
  post(message: unknown): boolean;
  onMessage(listener: (message: unknown) => void): void;
  onClose(listener: CloseListener): void;
  start(): void;
  close(): void;
}

export type CloseListener = (reason?: MillraceError) => void;

/** The verbs a channel has of itself. Its close event may be missing, late or repeated. */
export interface RawPort {
  post(message: unknown): void;
  onMessage(listener: (message: unknown) => void): void;
  onClose(listener: CloseListener): void;
  start(): void;
  close(): void;
}

/** Adds what `PortLike` promises: nothing before the start, one close, told once, and silence after it. */
export function toPortLike(raw: RawPort): PortLike {
  const messageListeners: ((message: unknown) => void)[] = [];
  const closeListeners: CloseListener[] = [];
  let started = false;
  let open = true;

  function closed(reason?: MillraceError): void {
    if (!open) return;
    open = false;
    for (const listener of closeListeners) listener(reason);
  }

  raw.onClose(closed);
  return {
    post(message) {
      if (open) raw.post(message);
      return open;
    },
    onMessage(listener) {
      messageListeners.push(listener);
    },
    onClose(listener) {
      closeListeners.push(listener);
    },
    start() {
      if (started || !open) return;
      started = true;
      // Only now: Node's and Electron's channels begin to deliver at their first listener.
      raw.onMessage((message) => {
        for (const listener of messageListeners) if (open) listener(message);
      });
      raw.start();
    },
    close() {
      if (!open) return;
      closed();
      raw.close();
    },
  };
}
