import { MessageChannelMain, type IpcMain, type IpcMainEvent } from 'electron';
import { controlProtocol, type ControlHello } from '../../contract/control-protocol.ts';
import { controlPortChannel, requestControlPort } from '../../contract/channels.ts';
import { fromMessagePortMain } from '../../contract/ports/electron-port.ts';
import { createServer } from '../../contract/rpc.ts';
import type { Log } from '../app/log.ts';
import { isOwnFrame } from '../app/security.ts';

/**
 * The only door from the outside: a page that is ours asks for its port and is served the contract over it. A page
 * that was reloaded asks again and gets a new one.
 */
export function serveControl(ipcMain: Pick<IpcMain, 'on'>, hello: ControlHello, log: Log): void {
  ipcMain.on(requestControlPort, (event: IpcMainEvent) => {
    if (!isOwnFrame(event.senderFrame)) {
      log.warn('A stranger asked for the control port and was sent away.');
      return;
    }
    const { port1, port2 } = new MessageChannelMain();
    createServer(fromMessagePortMain(port1), controlProtocol, { hello, credit: 16, handlers: {} });
    event.senderFrame?.postMessage(controlPortChannel, undefined, [port2]);
  });
}
