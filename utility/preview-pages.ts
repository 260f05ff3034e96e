import * as v from 'valibot';
import { workerPreviewPortSchema } from '../contract/channels.ts';
import { fromMessagePortMain, type ElectronMessagePort } from '../contract/ports/electron-port.ts';
import { previewProtocol, type PreviewProtocol } from '../contract/preview-protocol.ts';
import type { EventPayload } from '../contract/protocol.ts';
import { createServer, type RpcServer } from '../contract/rpc/server.ts';

/** The pages that have a port to this worker. */
export interface PreviewPages {
  /** A port came, with what main says it is for. A message that says something else closes the port. */
  connect(message: unknown, port: ElectronMessagePort): void;
  /** Whether the page can be sent pictures. */
  has(page: number): boolean;
  send(page: number, picture: EventPayload<PreviewProtocol, 'picture'>): void;
}

export function createPreviewPages(): PreviewPages {
  const pages = new Map<number, RpcServer<PreviewProtocol>>();
  return {
    connect(message, port) {
      const meant = v.safeParse(workerPreviewPortSchema, message);
      if (!meant.success) {
        port.close();
        return;
      }
      const { page, slot, generation } = meant.output;
      // A page has nothing to ask here, and is sent away when it does.
      const server = createServer(fromMessagePortMain(port), previewProtocol, {
        hello: { slot, generation },
        credit: 0,
        handlers: {},
      });
      pages.set(page, server);
      void server.closed.then(() => {
        if (pages.get(page) === server) pages.delete(page);
      });
    },
    has: (page) => pages.has(page),
    send(page, picture) {
      pages.get(page)?.emit('picture', picture);
    },
  };
}
