import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { Source } from '../../contract/batch.ts';
import { systemClock } from '../../main/engine/clock.ts';
import type { SourceReader } from '../../main/engine/world.ts';
import { describeHead } from '../../main/files/sources.ts';
import { createLinkSources, type LinkSourcesOptions } from '../../main/net/link-sources.ts';
import { picture } from '../fixtures/pictures.ts';

interface TestServer {
  readonly address: string;
  readonly requests: string[];
  readonly sockets: Set<Socket>;
}

async function serve(
  answer: (request: IncomingMessage, response: ServerResponse, count: number) => void,
  host = '127.0.0.1',
): Promise<TestServer> {
  const requests: string[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((request, response) => {
    requests.push(request.url ?? '');
    answer(request, response, requests.length);
  });
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, host, resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return { address: `http://${host.includes(':') ? `[${host}]` : host}:${String(port)}`, requests, sockets };
}

function links(options: Partial<LinkSourcesOptions> = {}): SourceReader {
  return createLinkSources({
    clock: systemClock,
    allowPrivate: true,
    describe: describeHead,
    backOff: [1, 1, 1],
    ...options,
  });
}

const never = new AbortController().signal;

function link(url: string): Source {
  return { kind: 'link', url };
}

describe('a link', () => {
  it('is downloaded, judged by content, named, dated and kept until it is released', async () => {
    const bytes = await picture({ format: 'png' });
    const { address } = await serve((_request, response) => {
      response.writeHead(200, {
        'content-type': 'text/html',
        'content-disposition': "attachment; filename*=UTF-8''B%C3%A4r.jpg",
        'last-modified': 'Fri, 14 Jul 2017 02:40:00 GMT',
      });
      response.end(bytes);
    });
    const reader = links();
    const source = link(`${address}/whatever`);
    expect(await reader.head(source, never)).toEqual({
      bytes: bytes.byteLength,
      format: 'png',
      width: 320,
      height: 240,
      stem: 'Bär',
      modifiedMs: 1_500_000_000_000,
    });
    expect(Buffer.compare(await reader.read(source, never), bytes)).toBe(0);
    reader.release(source);
    await expect(reader.read(source, never)).rejects.toMatchObject({ code: 'internal' });
  });

  it('follows five redirects and not six, nor a circle', async () => {
    const { address, requests } = await serve((request, response) => {
      const left = Number(request.url?.slice(1));
      if (left === 0) response.end('GIF89a');
      else response.writeHead(302, { location: `/${String(left - 1)}` }).end();
    });
    await expect(links().head(link(`${address}/5`), never)).resolves.toMatchObject({ format: 'gif' });
    await expect(links().head(link(`${address}/6`), never)).rejects.toMatchObject({
      code: 'link-too-many-redirects',
    });
    expect(requests).toHaveLength(12);
    const circle = await serve((_request, response) => response.writeHead(307, { location: '/' }).end());
    await expect(links().head(link(circle.address), never)).rejects.toMatchObject({
      code: 'link-too-many-redirects',
    });
  });

  it.each([
    'file:///etc/passwd',
    'ftp://example.org/a.jpg',
    'javascript:alert(1)',
    'data:image/png;base64,AAAA',
  ])('does not follow a redirect to %s', async (location) => {
    const { address } = await serve((_request, response) => response.writeHead(302, { location }).end());
    await expect(links().head(link(address), never)).rejects.toMatchObject({ code: 'link-refused' });
  });

  it('comes from a private address only where that is allowed, checked at every redirect and after name look-up', async () => {
    const inner = await serve((_request, response) => response.end('GIF89a'));
    await expect(links({ allowPrivate: false }).head(link(inner.address), never)).rejects.toMatchObject({
      code: 'link-refused',
    });
    const named = inner.address.replace('127.0.0.1', 'pictures.example');
    const lookup = ((_host: string, _options: object, callback: (error: null, found: object[]) => void) => {
      callback(null, [{ address: '127.0.0.1', family: 4 }]);
    }) as never;
    await expect(links({ allowPrivate: false, lookup }).head(link(named), never)).rejects.toMatchObject({
      code: 'link-refused',
    });
    await expect(links({ allowPrivate: true, lookup }).head(link(named), never)).resolves.toMatchObject({
      format: 'gif',
    });
    expect(inner.requests).toHaveLength(1);
  });

  it.each(['not a link', 'ftp://example.org/a.jpg', 'http://user:secret@example.org/a.jpg'])(
    '%s is no link',
    async (url) => {
      const failure = links().head(link(url), never);
      await expect(failure).rejects.toMatchObject({ code: 'link-invalid' });
      await expect(failure).rejects.not.toThrow(/secret/);
    },
  );

  it.each([
    [404, 'link-not-found', 1],
    [410, 'link-not-found', 1],
    [403, 'link-failed', 1],
    [500, 'link-failed', 4],
    [429, 'link-failed', 4],
  ])('status %i is %s after %i tries', async (status, code, tries) => {
    const { address, requests } = await serve((_request, response) => response.writeHead(status).end());
    await expect(links().head(link(address), never)).rejects.toMatchObject({ code });
    expect(requests).toHaveLength(tries);
  });

  it('is tried again after 429, when the server says', async () => {
    const waits: number[] = [];
    const clock = {
      now: systemClock.now,
      after: (ms: number, callback: () => void) => {
        if (ms !== 7000) return systemClock.after(ms, callback);
        waits.push(ms);
        queueMicrotask(callback);
        return () => undefined;
      },
    };
    const { address } = await serve((_request, response, count) => {
      if (count === 1) response.writeHead(429, { 'retry-after': '7' }).end();
      else response.end('GIF89a');
    });
    await expect(links({ clock }).head(link(address), never)).resolves.toMatchObject({ format: 'gif' });
    expect(waits).toEqual([7000]);
  });

  it('is given up when the server asks for more patience than a person has', async () => {
    const { address, requests } = await serve((_request, response) =>
      response.writeHead(503, { 'retry-after': '86400' }).end(),
    );
    await expect(links().head(link(address), never)).rejects.toMatchObject({ code: 'link-failed' });
    expect(requests).toHaveLength(1);
  });
});

describe('a server that', () => {
  it('never answers is given up', async () => {
    const { address } = await serve(() => undefined);
    const reader = links({ limits: { answer: 50 }, backOff: [] });
    await expect(reader.head(link(address), never)).rejects.toMatchObject({ code: 'link-timed-out' });
  });

  it('stalls in the middle is given up', async () => {
    const { address } = await serve((_request, response) => {
      response.writeHead(200, { 'content-length': '1000' });
      response.write('GIF89a');
    });
    const reader = links({ limits: { idle: 50 }, backOff: [] });
    await expect(reader.head(link(address), never)).rejects.toMatchObject({ code: 'link-timed-out' });
  });

  it('drips for ever is given up', async () => {
    const { address } = await serve((_request, response) => {
      response.writeHead(200);
      const drip = (): void => {
        if (!response.destroyed) response.write('.', () => setTimeout(drip, 5));
      };
      drip();
    });
    const reader = links({ limits: { total: 150, idle: 1000 } });
    await expect(reader.head(link(address), never)).rejects.toMatchObject({
      code: 'link-timed-out',
      retriable: false,
    });
  });

  it('cuts off is tried again', async () => {
    const { address, requests } = await serve((_request, response, count) => {
      response.writeHead(200, { 'content-length': '6' });
      if (count < 3) response.write('GIF', () => response.destroy());
      else response.end('GIF89a');
    });
    await expect(links().head(link(address), never)).resolves.toMatchObject({ bytes: 6 });
    expect(requests).toHaveLength(3);
  });

  it('promises more than the limit is not listened to, and one that sends more is cut off', async () => {
    const promising = await serve((_request, response) => {
      response.writeHead(200, { 'content-length': '5000' });
      response.flushHeaders();
    });
    const limits = { bytes: 1000 };
    await expect(links({ limits }).head(link(promising.address), never)).rejects.toMatchObject({
      code: 'link-too-large',
    });
    const endless = await serve((_request, response) => {
      const more = (): void => {
        if (!response.destroyed) response.write(Buffer.alloc(500), more);
      };
      more();
    });
    await expect(links({ limits }).head(link(endless.address), never)).rejects.toMatchObject({
      code: 'link-too-large',
    });
    expect(endless.requests).toHaveLength(1);
  });

  it('wraps its answer although nobody asked is refused', async () => {
    const { address } = await serve((_request, response) =>
      response.writeHead(200, { 'content-encoding': 'gzip' }).end('x'),
    );
    await expect(links().head(link(address), never)).rejects.toMatchObject({ code: 'link-failed' });
  });

  it('sends nothing has sent an empty file', async () => {
    const { address } = await serve((_request, response) => response.end());
    await expect(links().head(link(address), never)).rejects.toMatchObject({ code: 'empty-file' });
  });
});

describe('downloads', () => {
  it('are never more at once than allowed', async () => {
    let most = 0;
    const open: ServerResponse[] = [];
    const { address } = await serve((_request, response) => {
      open.push(response);
      most = Math.max(most, open.length);
      // Two are held until the second has come; a third would have come with it.
      if (open.length >= 2) setImmediate(() => open.splice(0).forEach((each) => each.end('GIF89a')));
    });
    const reader = links({ atOnce: 2 });
    await Promise.all(
      Array.from({ length: 10 }, (_, index) => reader.head(link(`${address}/${String(index)}`), never)),
    );
    expect(most).toBe(2);
  });

  it('that are cancelled leave no connection', async () => {
    const controller = new AbortController();
    const { address, sockets } = await serve((_request, response) => {
      response.writeHead(200);
      response.write('GIF89a', () => {
        controller.abort();
      });
    });
    await expect(links().head(link(address), controller.signal)).rejects.toMatchObject({ code: 'cancelled' });
    await expect.poll(() => sockets.size).toBe(0);
  });
});
