import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { acceptSocket, type Socket, type SocketListeners } from './websocket.ts';

/**
 * Serves what `protocol.handle` would. A browser takes no `app://host/` without Electron's changes, so the page has
 * the address `http://host.app.localhost/` there: an origin of its own, a secure context, and the same on each start.
 */
export interface PageServer {
  readonly port: number;
}

export type Handler = (request: Request) => Response | Promise<Response>;

/** Handlers by scheme, without its colon. */
export const handlers = new Map<string, Handler>();

const suffix = '.localhost';

/** The address a page has in the browser. Addresses of schemes that nobody handles stay what they are. */
export function toBrowserAddress(address: string): string {
  const url = URL.parse(address);
  const scheme = url?.protocol.slice(0, -1) ?? '';
  if (url === null || !handlers.has(scheme)) return address;
  return `http://${url.host}.${scheme}${suffix}${url.pathname}${url.search}${url.hash}`;
}

/** The address the app knows a page by. */
export function fromBrowserAddress(address: string): string {
  const url = URL.parse(address);
  const parts = url?.protocol === 'http:' && url.port === '' ? url.hostname.split('.') : [];
  const scheme = parts.at(-2) ?? '';
  if (url === null || parts.at(-1) !== 'localhost' || !handlers.has(scheme)) return address;
  return `${scheme}://${parts.slice(0, -2).join('.')}${url.pathname}${url.search}${url.hash}`;
}

/** @param connect a document of a page wants its line to us; undefined turns it away */
export async function servePages(
  connect: (path: string) => ((socket: Socket) => SocketListeners) | undefined,
): Promise<PageServer> {
  const server = createServer((request, response) => {
    answer(request, response).catch((error: unknown) => {
      response.writeHead(500).end(String(error));
    });
  });
  server.on('upgrade', (request, stream) => {
    const open = connect(request.url ?? '');
    if (open === undefined) {
      stream.destroy();
      return;
    }
    const socket = acceptSocket(request, stream, {
      message: (bytes) => {
        listeners.message(bytes);
      },
      close: () => {
        listeners.close();
      },
    });
    // Before anything is heard: that is never in the same turn.
    const listeners = open(socket);
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  return { port: (server.address() as AddressInfo).port };
}

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  // A browser looks for one for its tabs, at any time, and complains where there is none. Electron has no tabs.
  if (request.url === '/favicon.ico') {
    response.writeHead(204).end();
    return;
  }
  const address = fromBrowserAddress(`http://${request.headers.host ?? ''}${request.url ?? ''}`);
  const handler = handlers.get(URL.parse(address)?.protocol.slice(0, -1) ?? '');
  if (handler === undefined) {
    response.writeHead(404).end();
    return;
  }
  const { method = 'GET' } = request;
  const body = method === 'GET' || method === 'HEAD' ? null : await buffer(request);
  const answered = await handler(new Request(address, { method, body }));
  response.writeHead(answered.status, {
    'cache-control': 'no-store',
    ...Object.fromEntries(answered.headers),
  });
  if (answered.body === null) response.end();
  else Readable.fromWeb(answered.body as Parameters<typeof Readable.fromWeb>[0]).pipe(response);
}
