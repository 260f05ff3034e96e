import type { lookup as systemLookup } from 'node:dns';
import type { LookupFunction } from 'node:net';
import { networkInterfaces } from 'node:os';
import { describe, expect, it } from 'vitest';
import { systemClock } from '../../../main/engine/clock.ts';
import { guardedLookup } from '../../../main/net/address-guard.ts';
import { defaultDownloadLimits, download } from '../../../main/net/download.ts';
import { link, links, never, serve } from '../../fixtures/link-server.ts';
import { picture } from '../../fixtures/pictures.ts';

const hasIPv6 = Object.values(networkInterfaces()).some((addresses) =>
  addresses?.some(({ address }) => address === '::1'),
);

/** A name server that calls every name this computer. */
const resolvesToLoopback = ((
  _host: string,
  _options: object,
  callback: (error: null, found: object[]) => void,
) => {
  callback(null, [{ address: '127.0.0.1', family: 4 }]);
}) as typeof systemLookup;

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
      frames: 1,
      bitDepth: 8,
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
    const lookup = resolvesToLoopback;
    await expect(links({ allowPrivate: false, lookup }).head(link(named), never)).rejects.toMatchObject({
      code: 'link-refused',
    });
    await expect(links({ allowPrivate: true, lookup }).head(link(named), never)).resolves.toMatchObject({
      format: 'gif',
    });
    expect(inner.requests).toHaveLength(1);
  });

  it.runIf(hasIPv6)('comes over IPv6 too, where it is allowed', async () => {
    const { address } = await serve((_request, response) => response.end('GIF89a'), '::1');
    await expect(links().head(link(address), never)).resolves.toMatchObject({ format: 'gif' });
    await expect(links({ allowPrivate: false }).head(link(address), never)).rejects.toMatchObject({
      code: 'link-refused',
    });
  });

  it('does not lead from a public address to a private one', async () => {
    const inner = await serve((_request, response) => response.end('GIF89a'));
    const door = await serve((request, response) =>
      response
        .writeHead(302, {
          location: request.url === '/name' ? `http://inner.example:${inner.port}` : inner.address,
        })
        .end(),
    );
    // As if `public.example` were elsewhere; every other name goes through the guard.
    const guard = guardedLookup(false, resolvesToLoopback);
    const lookup: LookupFunction = (host, options, callback) => {
      if (host === 'public.example') callback(null, [{ address: '127.0.0.1', family: 4 }]);
      else guard(host, options, callback);
    };
    for (const path of ['/name', '/address']) {
      await expect(
        download(new URL(`http://public.example:${door.port}${path}`), {
          limits: defaultDownloadLimits,
          allowPrivate: false,
          lookup,
          clock: systemClock,
          signal: never,
        }),
      ).rejects.toMatchObject({ code: 'link-refused' });
    }
    expect(door.requests).toEqual(['/name', '/address']);
    expect(inner.requests).toEqual([]);
  });

  it('does not follow a redirect to an address with a password', async () => {
    const { address } = await serve((_request, response) =>
      response.writeHead(302, { location: 'http://user:secret@example.org/' }).end(),
    );
    const failure = links().head(link(address), never);
    await expect(failure).rejects.toMatchObject({ code: 'link-refused' });
    await expect(failure).rejects.not.toThrow(/secret/);
  });

  it.each([
    'not a link',
    'ftp://example.org/a.jpg',
    'ftp://user:secret@example.org/a.jpg',
    'http://user:secret@example.org/a.jpg',
  ])('%s is no link', async (url) => {
    const failure = links().head(link(url), never);
    await expect(failure).rejects.toMatchObject({ code: 'link-invalid' });
    await expect(failure).rejects.not.toThrow(/secret/);
  });

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
