import type { ServerResponse } from 'node:http';
import { describe, expect, it } from 'vitest';
import { link, links, never, serve } from '../../fixtures/link-server.ts';

describe('downloads', () => {
  it('wait for memory until what has come is released', async () => {
    const { address, requests } = await serve((_request, response) => response.end('GIF89a'));
    const reader = links({ memory: 100, limits: { bytes: 95 } });
    const first = link(`${address}/1`);
    await reader.head(first, never);
    const second = reader.head(link(`${address}/2`), never);
    expect(requests).toEqual(['/1']);
    reader.release(first);
    await expect(second).resolves.toMatchObject({ format: 'gif' });
    expect(requests).toEqual(['/1', '/2']);
  });

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
