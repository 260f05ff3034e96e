const { contextBridge, ipcRenderer, webUtils } = require('electron');

globalThis.preloadSecret = 'not for the page';
const received = [];

ipcRenderer.on('to-page', (event, ...args) => {
  window.postMessage({ channel: 'to-page', args }, '*', event.ports);
});
ipcRenderer.on('plain', (event, ...args) => {
  received.push({ hasSenderFrame: 'senderFrame' in event, ports: event.ports.length, args });
});

contextBridge.exposeInMainWorld('bridge', {
  name: 'bridge',
  nested: { list: [1, { two: 2 }], bytes: new Uint8Array([1, 2, 3]) },
  add: (a, b) => a + b,
  later: async (value) => ({ value }),
  fail: () => {
    throw new TypeError('it failed');
  },
  failLater: () => Promise.reject(new Error('it failed later')),
  call: (callback) => callback('from the preload'),
  sameAgain: (value) => value,
  pathOf: (file) => webUtils.getPathForFile(file),
  send: (channel, ...args) => ipcRenderer.send(channel, ...args),
  invoke: (channel, ...args) => ipcRenderer.invoke(channel, ...args),
  received: () => received,
  /** A channel whose other end goes to main. */
  openChannel: () => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = ({ data }) => {
      port1.postMessage({ echo: data });
    };
    ipcRenderer.postMessage('channel-from-page', { hello: 'main' }, [port2]);
  },
  environment: () => ({
    require: typeof require,
    process: typeof process,
    platform: process.platform,
    sandboxed: process.sandboxed,
    isolated: process.contextIsolated,
    missing: (() => {
      try {
        require('node:fs');
        return 'found';
      } catch {
        return 'refused';
      }
    })(),
  }),
});

try {
  contextBridge.exposeInMainWorld('bridge', {});
} catch (error) {
  globalThis.secondTime = error.message;
}
contextBridge.exposeInMainWorld('second', { refusal: globalThis.secondTime ?? 'none' });
