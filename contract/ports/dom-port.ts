import { toPortLike, type PortLike } from '../port.ts';

/** What is used of the DOM's `MessagePort`; declared here because the contract has no DOM types. */
export interface DomPort {
  postMessage(message: unknown): void;
  addEventListener(type: 'message' | 'close', listener: (event: object) => void): void;
  start(): void;
  close(): void;
}

/** A `MessagePort` of a page. */
export function fromDomPort(port: DomPort): PortLike {
  return toPortLike({
    post: (message) => {
      port.postMessage(message);
    },
    onMessage: (listener) => {
      port.addEventListener('message', (event) => {
        listener('data' in event ? event.data : undefined);
      });
    },
    onClose: (listener) => {
      port.addEventListener('close', () => {
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
