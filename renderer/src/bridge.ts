import * as v from 'valibot';
import { controlPortChannel, previewPortSchema } from '../../contract/channels.ts';
import { controlProtocol, type ControlProtocol } from '../../contract/control-protocol.ts';
import { fromDomPort } from '../../contract/ports/dom-port.ts';
import { previewProtocol, type PreviewProtocol } from '../../contract/preview-protocol.ts';
import type { EventPayload } from '../../contract/protocol.ts';
import { createClient, type RpcClient } from '../../contract/rpc/client.ts';

declare global {
  interface Window {
    /** What the preload puts here; absent when the page is opened outside the app. */
    readonly millrace?: {
      requestControlPort(): void;
      /** A handle for each file that has a path on this computer. */
      handlesFor(files: File[]): Promise<(string | undefined)[]>;
    };
  }
}

export type Picture = EventPayload<PreviewProtocol, 'picture'>;

/**
 * Asks main for the control port and connects to it. Main introduces the workers that run by then right behind it, and
 * others as they come: `onPicture` hears all of them for as long as that port is open.
 *
 * @throws Error when this page is not in the app
 */
export function connectToMain(onPicture: (picture: Picture) => void): Promise<RpcClient<ControlProtocol>> {
  const { millrace } = window;
  if (millrace === undefined) return Promise.reject(new Error('This page belongs to the Millrace app.'));
  const workers = new Set<RpcClient<PreviewProtocol>>();

  function openWorker(port: MessagePort): void {
    const worker = createClient(fromDomPort(port), previewProtocol);
    worker.onEvent('picture', onPicture);
    workers.add(worker);
    void worker.closed.then(() => workers.delete(worker));
  }

  return new Promise((resolve) => {
    function openMain(port: MessagePort): void {
      const main = createClient(fromDomPort(port), controlProtocol);
      // Main knows a page that connects again by another number, and workers send to that one.
      void main.closed.then(() => {
        window.removeEventListener('message', receive);
        for (const worker of workers) worker.close();
      });
      resolve(main);
    }

    function receive({ source, data, ports: [port] }: MessageEvent<unknown>): void {
      // Anyone may post to a window; only our own preload is this window itself.
      if (source !== window || port === undefined) return;
      if (data === controlPortChannel) openMain(port);
      else if (v.is(previewPortSchema, data)) openWorker(port);
    }

    window.addEventListener('message', receive);
    millrace.requestControlPort();
  });
}
