import type { IpcMain, MessageChannelMain } from 'electron';
import { controlProtocol, type ControlHello } from '../../contract/control-protocol.ts';
import { controlPortChannel, requestControlPort } from '../../contract/channels.ts';
import { fromMessagePortMain } from '../../contract/ports/electron-port.ts';
import { createServer } from '../../contract/rpc.ts';
import type { Log } from '../app/log.ts';
import { isOwnFrame } from '../app/security.ts';

/** What of Electron the bridge stands on. */
export interface ControlDoor {
  readonly ipcMain: Pick<IpcMain, 'on'>;
  readonly openChannel: () => Pick<MessageChannelMain, 'port1' | 'port2'>;
}

/** How many requests of a page may be under way at once. */
const credit = 16;

/**
 * The only door from the outside: a page of `origin` asks for its port and is served the contract over it. A page
 * that was reloaded asks again and gets a new one.
 */
export function serveControl(
  { ipcMain, openChannel }: ControlDoor,
  { origin, hello, log }: { origin: string; hello: ControlHello; log: Pick<Log, 'warn'> },
): void {
  ipcMain.on(requestControlPort, ({ senderFrame }) => {
    if (senderFrame === null || !isOwnFrame(senderFrame, origin)) {
      log.warn('A stranger asked for the control port and was sent away.');
      return;
    }
    const { port1, port2 } = openChannel();
    createServer(fromMessagePortMain(port1), controlProtocol, { hello, credit, handlers: {} });
    senderFrame.postMessage(controlPortChannel, undefined, [port2]);
  });
}
