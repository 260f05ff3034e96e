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
 * Asks main for the control port and connects to it.
 *
 * @throws Error when this page is not in the app
 */
export function connectToMain(): Promise<RpcClient<ControlProtocol>> {
  const { millrace } = window;
  if (millrace === undefined) return Promise.reject(new Error('This page belongs to the Millrace app.'));
  return new Promise((resolve) => {
    window.addEventListener('message', function receive(event) {
      const [port] = event.ports;
      // Anyone may post to a window; only our own preload is this window itself.
      if (event.source !== window || event.data !== controlPortChannel || port === undefined) return;
      window.removeEventListener('message', receive);
      resolve(createClient(fromDomPort(port), controlProtocol));
    });
    millrace.requestControlPort();
  });
}

/** Listens to every worker that main introduces to this page, for as long as the page lives. */
export function listenToWorkers(onPicture: (picture: Picture) => void): void {
  window.addEventListener('message', (event) => {
    const [port] = event.ports;
    if (event.source !== window || port === undefined) return;
    if (!v.is(previewPortSchema, event.data)) return;
    createClient(fromDomPort(port), previewProtocol).onEvent('picture', onPicture);
  });
}
