import { contextBridge, ipcRenderer } from 'electron';
import { controlPortChannel, requestControlPort } from '../contract/channels.ts';

// Everything the page gets of Electron: a way to ask for its port. The port itself cannot cross the context bridge, so
// it is posted to the page, which checks that the message came from its own window.

ipcRenderer.on(controlPortChannel, (event) => {
  window.postMessage(controlPortChannel, '*', event.ports);
});

contextBridge.exposeInMainWorld('millrace', {
  requestControlPort: () => {
    ipcRenderer.send(requestControlPort);
  },
});
