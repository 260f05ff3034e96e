import { controlPortChannel } from '../../contract/channels.ts';
import { controlProtocol, type ControlProtocol } from '../../contract/control-protocol.ts';
import { fromDomPort } from '../../contract/ports/dom-port.ts';
import { createClient, type RpcClient } from '../../contract/rpc.ts';

declare global {
  interface Window {
    /** What the preload puts here; absent when the page is opened outside the app. */
    readonly millrace?: { requestControlPort(): void };
  }
}

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
