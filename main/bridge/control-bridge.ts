import type { IpcMain, MessageChannelMain, WebFrameMain } from 'electron';
import { controlPortChannel, previewPortChannel, requestControlPort } from '../../contract/channels.ts';
import { toWireError } from '../../contract/errors.ts';
import { controlProtocol, type ControlHello, type ControlProtocol } from '../../contract/control-protocol.ts';
import { fromMessagePortMain } from '../../contract/ports/electron-port.ts';
import type { EventPayload } from '../../contract/protocol.ts';
import { createServer, type RpcServer } from '../../contract/rpc/server.ts';
import type { Log } from '../app/log.ts';
import { redactPaths } from '../app/redact.ts';
import { isOwnFrame } from '../app/security.ts';
import type { Shell } from '../app/shell.ts';
import type { Clock } from '../engine/world.ts';
import { createControlHandlers } from './control-handlers.ts';
import type { Desk } from './desk.ts';
import { createFeed } from './feed.ts';
import type { PreviewPorts } from './preview-ports.ts';
import type { Previews } from './previews.ts';

/** What of Electron the bridge stands on. */
export interface ControlDoor {
  readonly ipcMain: Pick<IpcMain, 'on'>;
  readonly openChannel: () => Pick<MessageChannelMain, 'port1' | 'port2'>;
}

export interface ControlOptions {
  /** Where our own pages come from. */
  readonly origin: string;
  readonly hello: ControlHello;
  readonly desk: Desk;
  readonly shell: Shell;
  readonly previews: Previews;
  readonly previewPorts: PreviewPorts;
  readonly clock: Clock;
  readonly log: Pick<Log, 'warn'>;
}

/** The pages that are served. */
export interface ControlBridge {
  /** Has the page carry out a menu item that only it can. */
  command(name: EventPayload<ControlProtocol, 'command'>): void;
}

/** How many requests of a page may be under way at once: rows of thumbnails, and a click that must not wait for them. */
const credit = 64;

/**
 * The only door from the outside: a page of `origin` asks for its port and is served the contract over it. A page
 * that was reloaded asks again and gets a new one, and new ones to the workers.
 */
export function serveControl({ ipcMain, openChannel }: ControlDoor, options: ControlOptions): ControlBridge {
  const { origin, hello, desk, shell, previews, previewPorts, clock, log } = options;
  const servers = new Set<RpcServer<ControlProtocol>>();
  let pages = 0;

  function open(frame: Pick<WebFrameMain, 'postMessage'>): void {
    pages += 1;
    const page = pages;
    const { port1, port2 } = openChannel();
    const feed = createFeed(desk, clock);
    const unwatch = desk.watch(feed);
    const server = createServer(fromMessagePortMain(port1), controlProtocol, {
      hello,
      credit,
      handlers: createControlHandlers({ desk, feed, previews, shell, page }),
      tellError(error) {
        const { code, message, retriable } = toWireError(error);
        // What nobody foresaw has the program's places in it, and a page is to know no path.
        if (code !== 'internal') return { code, message, retriable };
        log.warn(`A page asked for what went wrong: ${message}`);
        return { code, message: redactPaths(message), retriable };
      },
    });
    servers.add(server);
    void server.closed.then((reason) => {
      if (reason.code === 'protocol-error')
        log.warn(`A page spoke garbage and was sent away: ${reason.message}`);
      servers.delete(server);
      unwatch();
      previewPorts.pageClosed(page);
    });
    frame.postMessage(controlPortChannel, undefined, [port2]);
    previewPorts.pageOpened(page, (message, port) => {
      try {
        frame.postMessage(previewPortChannel, message, [port]);
      } catch (error) {
        // A page that is being left cannot be posted to; the close of its port follows.
        log.warn(`A page could not be given a port: ${String(error)}`);
      }
    });
  }

  ipcMain.on(requestControlPort, ({ senderFrame }) => {
    if (senderFrame === null || !isOwnFrame(senderFrame, origin)) {
      log.warn('A stranger asked for the control port and was sent away.');
      return;
    }
    open(senderFrame);
  });

  return {
    command(name) {
      for (const server of servers) server.emit('command', name);
    },
  };
}
