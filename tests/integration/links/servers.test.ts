import { describe, expect, it } from 'vitest';
import { link, links, never, serve, serveRaw } from '../../fixtures/link-server.ts';

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

  it('sends more than it promised is taken at its word', async () => {
    const { address } = await serveRaw(
      'HTTP/1.1 200 OK\r\nContent-Length: 6\r\nConnection: close\r\n\r\nGIF89a and more',
    );
    const source = link(address);
    const reader = links({ backOff: [] });
    await reader.head(source, never);
    expect(Buffer.from(await reader.read(source, never)).toString()).toBe('GIF89a');
  });

  it('speaks no HTTP is given up', async () => {
    const { address } = await serveRaw('SSH-2.0-OpenSSH_9.2p1\r\n');
    await expect(links().head(link(address), never)).rejects.toMatchObject({ code: 'link-failed' });
  });

  it('closes the connection at once is tried again and given up', async () => {
    const { address, connections } = await serveRaw('');
    await expect(links().head(link(address), never)).rejects.toMatchObject({ code: 'link-failed' });
    expect(connections()).toBe(4);
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
