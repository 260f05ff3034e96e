import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../../tests/fixtures/temporary-folder.ts';
import { contentPolicy, originOf, resolveAppUrl, serveApp } from './app-protocol.ts';

const folder = join('/', 'opt', 'millrace', 'renderer');

describe('resolveAppUrl', () => {
  it.each([
    ['app://millrace/', 'index.html'],
    ['app://millrace/index.html', 'index.html'],
    ['app://millrace/assets/index.js?v=1#top', 'assets/index.js'],
    ['app://millrace/a%20b.css', 'a b.css'],
    ['app://millrace/assets/../index.html', 'index.html'],
    // The parser takes these dots away before they could climb.
    ['app://millrace/../../etc/passwd', 'etc/passwd'],
    ['app://millrace/%2e%2e/%2e%2e/etc/passwd', 'etc/passwd'],
  ])('%s is %s', (url, file) => {
    expect(resolveAppUrl(url, folder)).toBe(join(folder, file));
  });

  it.each([
    ['a path that climbs out behind an encoded slash', 'app://millrace/..%2f..%2fetc/passwd'],
    ['a path that climbs out to a folder of a similar name', 'app://millrace/..%2frenderer-old/index.html'],
    ['a path that climbs to the folder itself', 'app://millrace/assets%2f..'],
    ['a path with backslashes', 'app://millrace/..%5c..%5cboot.ini'],
    ['a path with a zero byte', 'app://millrace/index.html%00.png'],
    ['an encoding that is none', 'app://millrace/%ff'],
    ['another host', 'app://elsewhere/index.html'],
    ['another scheme', 'https://millrace/index.html'],
    ['no address', 'index.html'],
  ])('refuses %s', (_name, url) => {
    expect(resolveAppUrl(url, folder)).toBeUndefined();
  });
});

describe('serveApp', () => {
  it('serves the files of its folder with their type, and nothing else', async () => {
    const root = await temporaryFolder();
    await mkdir(join(root, 'page'));
    await writeFile(join(root, 'secret.txt'), 'secret');
    await writeFile(join(root, 'page/index.html'), '<p>hello</p>');
    let handler: ((request: Request) => Response | Promise<Response>) | undefined;
    serveApp({ handle: (_scheme, given) => (handler = given) }, join(root, 'page'));
    const get = async (url: string): Promise<Response | undefined> => handler?.(new Request(url));

    const page = await get('app://millrace/');
    expect(page?.status).toBe(200);
    expect(page?.headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(page?.headers.get('x-content-type-options')).toBe('nosniff');
    expect(page?.headers.get('content-security-policy')).toBe(contentPolicy);
    expect(await page?.text()).toBe('<p>hello</p>');
    expect((await get('app://millrace/missing.js'))?.status).toBe(404);
    expect((await get('app://millrace/..%2fsecret.txt'))?.status).toBe(404);
  });
});

describe('the content policy', () => {
  it('allows nothing unsafe and nobody else', () => {
    expect(contentPolicy).toContain("default-src 'none'");
    expect(contentPolicy).not.toMatch(/unsafe|\*|https?:|eval/);
  });

  it('is what the page says of itself', async () => {
    const html = await readFile(join(import.meta.dirname, '../../renderer/index.html'), 'utf8');
    const [, own] = /Content-Security-Policy"\s+content="([^"]+)"/.exec(html) ?? [];
    expect(`${own ?? ''}; frame-ancestors 'none'`).toBe(contentPolicy);
  });
});

describe('originOf', () => {
  it.each([
    ['app://millrace/a?b#c', 'app://millrace'],
    ['http://localhost:5173/', 'http://localhost:5173'],
    ['file:///etc/passwd', 'file://'],
    ['nothing', undefined],
  ])('%s has %s', (url, origin) => {
    expect(originOf(url)).toBe(origin);
  });
});
