import { contextBridge, ipcRenderer, webUtils } from 'electron';
import * as v from 'valibot';
import {
  controlPortChannel,
  previewPortChannel,
  previewPortSchema,
  registerFilesChannel,
  requestControlPort,
} from '../contract/channels.ts';

// Everything the page gets of Electron: a way to ask for its port, and handles for dropped files. A port cannot cross the
// context bridge, so it is posted to the page, which checks that the message came from its own window.

ipcRenderer.on(controlPortChannel, (event) => {
  window.postMessage(controlPortChannel, '*', event.ports);
});

ipcRenderer.on(previewPortChannel, (event, which: unknown) => {
  window.postMessage(v.parse(previewPortSchema, which), '*', event.ports);
});

/** A handle for each file; undefined for one that is on no disk. Paths go to main and never to the page. */
async function handlesFor(files: File[]): Promise<(string | undefined)[]> {
  const paths = files.map((file) => webUtils.getPathForFile(file));
  const handles: unknown = await ipcRenderer.invoke(
    registerFilesChannel,
    paths.filter((path) => path !== ''),
  );
  if (!Array.isArray(handles)) return files.map(() => undefined);
  const remaining = handles.values();
  return paths.map((path) => {
    const handle: unknown = path === '' ? undefined : remaining.next().value;
    return typeof handle === 'string' ? handle : undefined;
  });
}

contextBridge.exposeInMainWorld('millrace', {
  requestControlPort: () => {
    ipcRenderer.send(requestControlPort);
  },
  handlesFor,
});
