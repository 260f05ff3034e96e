import { toPortLike, type PortLike } from '../port.ts';

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
      port.on('close', () => {
        listener();
      });
    },
    start: () => {
      port.start();
    },
    close: () => {
      port.close();
    },
  });
}
