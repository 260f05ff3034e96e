/**
 * One end of a message channel, whatever carries it. Messages are structured-cloneable values; bytes travel in
 * the message body and are copied (an ArrayBuffer in a transfer list is lost between Electron processes).
 *
 * Nothing is delivered before `start()`. `onClose` fires exactly once, whether the peer went away or this side
 * closed; after it `post` does nothing and answers `false`, and no message is delivered.
 */
export interface PortLike {
  /** Sends one message. `false` when the port is closed and the message went nowhere. */
  post(message: unknown): boolean;
  onMessage(listener: (message: unknown) => void): void;
  onClose(listener: () => void): void;
  start(): void;
  close(): void;
}

/** The verbs a channel has of itself. Its close event may be missing, late or repeated. */
export interface RawPort {
  post(message: unknown): void;
  onMessage(listener: (message: unknown) => void): void;
  onClose(listener: () => void): void;
  start(): void;
  close(): void;
}

/** Adds what `PortLike` promises: nothing before the start, one close, told once, and silence after it. */
export function toPortLike(raw: RawPort): PortLike {
  const messageListeners: ((message: unknown) => void)[] = [];
  const closeListeners: (() => void)[] = [];
  let started = false;
  let open = true;

  function closed(): void {
    if (!open) return;
    open = false;
    for (const listener of closeListeners) listener();
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
