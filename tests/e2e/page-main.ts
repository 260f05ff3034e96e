declare global {
  interface Window {
    /** Main's side of the page, in these tests. */
    readonly fakeMain: {
      /** Settles with the first thing the page asks; after `leave`, with the first on another port. */
      readonly asked: Promise<void>;
      /** Tells the page that its port has closed, as the end of main does. */
      leave(): void;
    };
  }
}

/**
 * Stands for preload and a main that says hello and answers nothing, in a real page. Runs in the page: it must not refer
 * to anything outside itself.
 */
export function installPageMain({ channel, version }: { channel: string; version: number }): void {
  let ofPage: MessagePort | undefined;
  let asked = Promise.withResolvers<void>();

  function requestControlPort(): void {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      asked.resolve();
    };
    const info = { name: 'Millrace', version: '1.2.3', platform: 'linux' };
    port1.postMessage({ v: version, kind: 'hello', credit: 16, info });
    window.postMessage(channel, '*', [port2]);
  }

  addEventListener('message', ({ ports: [port] }) => (ofPage = port));

  Object.assign(window, {
    millrace: { requestControlPort },
    fakeMain: {
      get asked() {
        return asked.promise;
      },
      // Electron tells a port that its other end has closed; in a browser nothing does.
      leave() {
        asked = Promise.withResolvers();
        ofPage?.dispatchEvent(new Event('close'));
      },
    },
  });
}
