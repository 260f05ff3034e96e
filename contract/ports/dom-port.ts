import { toPortLike, type PortLike } from '../port.ts';

/** What is used of the DOM's `MessagePort`; declared here because the contract has no DOM types. */
export interface DomPort {
  postMessage(message: unknown): void;
  addEventListener(type: 'message', listener: (event: { readonly data: unknown }) => void): void;
  addEventListener(type: 'close', listener: () => void): void;
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
        listener(event.data);
      });
    },
    onClose: (listener) => {
      port.addEventListener('close', listener);
    },
    start: () => {
      port.start();
    },
    close: () => {
      port.close();
    },
  });
}
