import { EventEmitter } from 'node:events';
import { glob, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Session, WebContents } from 'electron';
import { describe, expect, it } from 'vitest';
import { appOrigin } from './app-protocol.ts';
import { guardContents, isOwnFrame, lockSession } from './security.ts';

describe('isOwnFrame', () => {
  it.each([
    ['our page', { url: 'app://millrace/index.html', parent: null }, true],
    ['a frame inside our page', { url: 'app://millrace/index.html', parent: {} }, false],
    ['another host', { url: 'app://millrace.evil/index.html', parent: null }, false],
    ['a host that only begins like ours', { url: 'app://millrace@evil/', parent: null }, false],
    ['another scheme', { url: 'https://millrace/', parent: null }, false],
    ['a file', { url: 'file:///tmp/index.html', parent: null }, false],
    ['an empty page', { url: 'about:blank', parent: null }, false],
    ['a frame without an address', { url: '', parent: null }, false],
    ['a frame that is gone', null, false],
  ])('%s', (_name, frame, own) => {
    expect(isOwnFrame(frame, appOrigin)).toBe(own);
  });
});

/** A session that is locked. */
function locked() {
  const events = new EventEmitter();
  const answers: boolean[] = [];
  lockSession(
    Object.assign(events, {
      setPermissionRequestHandler: (handler: Parameters<Session['setPermissionRequestHandler']>[0]) => {
        for (const permission of ['media', 'geolocation', 'clipboard-read', 'openExternal'] as const)
          handler?.({} as unknown as WebContents, permission, (granted) => answers.push(granted), {
            isMainFrame: true,
            requestingUrl: 'app://millrace/',
          });
      },
      setPermissionCheckHandler: (handler: Parameters<Session['setPermissionCheckHandler']>[0]) => {
        const details = { isMainFrame: true, requestingUrl: 'app://millrace/' };
        answers.push(handler?.(null, 'media', 'app://millrace', details) ?? true);
      },
    }) as unknown as Session,
  );
  return { answers, events };
}

describe('lockSession', () => {
  it('says no to every request and every check', () => {
    expect(locked().answers).toEqual([false, false, false, false, false]);
  });

  it('downloads nothing', () => {
    let prevented = false;
    locked().events.emit('will-download', { preventDefault: () => (prevented = true) });
    expect(prevented).toBe(true);
  });
});

describe('guardContents', () => {
  /** A page at `url` that is guarded; `prevented` tells whether an event was stopped. */
  function guarded(url: string): {
    prevented(event: string, details?: object): boolean;
    openWindow(): string | undefined;
    warnings: string[];
  } {
    const events = new EventEmitter();
    const warnings: string[] = [];
    let openWindow: (() => { action: string }) | undefined;
    const contents = Object.assign(events, {
      getURL: () => url,
      setWindowOpenHandler: (handler: () => { action: string }) => (openWindow = handler),
    });
    guardContents(contents as unknown as WebContents, { warn: (message) => warnings.push(message) });
    return {
      warnings,
      prevented: (event, details = {}) => {
        let stopped = false;
        events.emit(event, { ...details, preventDefault: () => (stopped = true) });
        return stopped;
      },
      openWindow: () => openWindow?.().action,
    };
  }

  it('blocks a navigation, and writes where it wanted to go', () => {
    const page = guarded('app://millrace/');
    expect(page.prevented('will-navigate', { url: 'file:///home/photo.jpg' })).toBe(true);
    expect(page.warnings).toEqual(['A navigation to file:///home/photo.jpg was blocked.']);
  });

  it('lets the page reload itself', () => {
    const page = guarded('app://millrace/');
    expect(page.prevented('will-navigate', { url: 'app://millrace/' })).toBe(false);
  });

  it('blocks frames inside the page', () => {
    const page = guarded('app://millrace/');
    const url = 'app://millrace/';
    expect(page.prevented('will-frame-navigate', { url, isMainFrame: false })).toBe(true);
    expect(page.prevented('will-frame-navigate', { url, isMainFrame: true })).toBe(false);
  });

  it('blocks web views and new windows', () => {
    const page = guarded('app://millrace/');
    expect(page.prevented('will-attach-webview')).toBe(true);
    expect(page.openWindow()).toBe('deny');
  });
});

describe('the world outside', () => {
  it('is opened by nobody: no address and no file is handed to another program', async () => {
    const root = join(import.meta.dirname, '../..');
    let read = 0;
    for await (const file of glob('{main,preload,renderer,contract}/**/*.{ts,vue}', { cwd: root })) {
      if (file.endsWith('.test.ts')) continue;
      read += 1;
      expect(await readFile(join(root, file), 'utf8'), file).not.toMatch(/\b(openExternal|openPath)\b/);
    }
    expect(read).toBeGreaterThan(50);
  });
});
