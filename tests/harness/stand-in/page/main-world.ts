import type { createWorldLink as CreateWorldLink } from './world-link.ts';

/**
 * What is put into the page's own world before its scripts: the objects that the preload exposes, and Electron's ways
 * with ports and windows. Refers to nothing outside itself: its source is given to the page.
 */
export function startMainWorld(createWorldLink: typeof CreateWorldLink, secret: string): void {
  const link = createWorldLink(secret, 'main');
  let openWindow: (url: string, name: string, features: string) => void = () => undefined;

  link.onOffer((name, value) => {
    if (name === 'electron stand-in') {
      ({ openWindow } = value as { openWindow: typeof openWindow });
      return;
    }
    if (name in window)
      throw new Error('Cannot bind an API on top of an existing property on the window object');
    Object.defineProperty(window, name, { value: deepFreeze(value), enumerable: true });
  });

  function deepFreeze<T>(value: T): T {
    if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return value;
    for (const item of Object.values(value)) deepFreeze(item);
    return Object.freeze(value);
  }

  // Main decides whether windows open; the page is told that none did.
  window.open = (url, name, features) => {
    openWindow(new URL(url ?? 'about:blank', document.baseURI).href, name ?? '', features ?? '');
    return null;
  };

  /** Ports that came from the preload lead to other processes. */
  const leadingOut = new WeakSet<MessagePort>();
  addEventListener(
    'message',
    (event) => {
      if (event.source === window) for (const port of event.ports) leadingOut.add(port);
    },
    { capture: true },
  );
  const native = MessagePort.prototype.postMessage as (message: unknown, transfer?: Transferable[]) => void;
  MessagePort.prototype.postMessage = function postMessage(
    message: unknown,
    given: Transferable[] | StructuredSerializeOptions = [],
  ) {
    const transfer = Array.isArray(given) ? given : (given.transfer ?? []);
    if (leadingOut.has(this) && transfer.some((item) => item instanceof ArrayBuffer)) {
      // Electron loses such a message, and the buffers are gone all the same (electron/electron#34905).
      structuredClone(message, { transfer });
      return;
    }
    native.call(this, message, transfer);
  };
}
