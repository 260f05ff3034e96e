import { toPortLike, type PortLike } from '../port.ts';

/** What is used of Electron's `MessagePortMain`. */
export interface ElectronMessagePort {
  postMessage(message: unknown): void;
  on(event: 'message', listener: (event: { readonly data: unknown }) => void): unknown;
  on(event: 'close', listener: () => void): unknown;
  start(): void;
  close(): void;
}

/** A port of a `MessageChannelMain`, in main or in a utility process. */
export function fromMessagePortMain(port: ElectronMessagePort): PortLike {
  return toPortLike({
    post: (message) => {
      port.postMessage(message);
    },
    onMessage: (listener) => {
      port.on('message', (event) => {
        listener(event.data);
      });
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

/** What is used of `process.parentPort` in a utility process. It has no close: the process ends with its parent. */
export interface ElectronParentPort {
  postMessage(message: unknown): void;
  on(event: 'message', listener: (event: { readonly data: unknown }) => void): unknown;
}

/** The worker's end towards main. Delivery starts at the first listener; closing only stops listening. */
export function fromParentPort(port: ElectronParentPort): PortLike {
  return toPortLike({
    post: (message) => {
      port.postMessage(message);
    },
    onMessage: (listener) => {
      port.on('message', (event) => {
        listener(event.data);
      });
    },
    onClose: () => undefined,
    start: () => undefined,
    close: () => undefined,
  });
}

/** What is used of Electron's `UtilityProcess`, main's end. Messages arrive as bare values, unlike at the other end. */
export interface ElectronUtilityProcess {
  postMessage(message: unknown): void;
  on(event: 'message', listener: (message: unknown) => void): unknown;
  on(event: 'exit', listener: () => void): unknown;
}

/** Main's end towards a worker. Closing it does not end the process; that is its host's business. */
export function fromUtilityProcess(child: ElectronUtilityProcess): PortLike {
  return toPortLike({
    post: (message) => {
      child.postMessage(message);
    },
    onMessage: (listener) => {
      child.on('message', listener);
    },
    onClose: (listener) => {
      child.on('exit', () => {
        listener();
      });
    },
    start: () => undefined,
    close: () => undefined,
  });
}
