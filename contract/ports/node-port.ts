import { toPortLike, type PortLike } from '../port.ts';

/** What is used of `process` in a forked child and of `ChildProcess` in its parent. */
export interface IpcProcess {
  readonly connected: boolean;
  send?(message: unknown, callback: (error: Error | null) => void): boolean;
  on(event: 'message', listener: (message: unknown) => void): unknown;
  on(event: 'disconnect', listener: () => void): unknown;
  disconnect(): void;
}

/** Either end of the channel of `child_process.fork` (use `serialization: 'advanced'`, so that bytes stay bytes). */
export function fromIpcProcess(peer: IpcProcess): PortLike {
  const closeListeners: (() => void)[] = [];
  return toPortLike({
    post: (message) => {
      // A failed send means a broken pipe: the end of the conversation, which `disconnect` may never tell.
      peer.send?.(message, (error) => {
        if (error !== null) for (const listener of closeListeners) listener();
      });
    },
    onMessage: (listener) => {
      peer.on('message', listener);
    },
    onClose: (listener) => {
      closeListeners.push(listener);
      peer.on('disconnect', listener);
    },
    start: () => undefined,
    close: () => {
      if (peer.connected) peer.disconnect();
    },
  });
}

/** What is used of a `MessagePort` of `node:worker_threads`. */
export interface ThreadMessagePort {
  postMessage(message: unknown): void;
  on(event: 'message', listener: (message: unknown) => void): unknown;
  on(event: 'close', listener: () => void): unknown;
  start(): void;
  close(): void;
}

/** A port of a Node `MessageChannel`. */
export function fromThreadPort(port: ThreadMessagePort): PortLike {
  return toPortLike({
    post: (message) => {
      port.postMessage(message);
    },
    onMessage: (listener) => {
      port.on('message', listener);
    },
    onClose: (listener) => {
      port.on('close', listener);
    },
    start: () => {
      port.start();
    },
    close: () => {
      port.close();
    },
  });
}
