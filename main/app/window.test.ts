import { EventEmitter } from 'node:events';
import type { BrowserWindow, BrowserWindowConstructorOptions } from 'electron';
import { describe, expect, it } from 'vitest';
import { openWindow, raise, windowOptions } from './window.ts';

const place = { width: 800, height: 600, maximised: false };
const options = { preload: '/out/preload/index.cjs', icon: '/icon.png', place, isDark: false };

describe('windowOptions', () => {
  it('locks the page in', () => {
    expect(windowOptions(options).webPreferences).toEqual({
      preload: '/out/preload/index.cjs',
      contextIsolation: true,
      sandbox: true,
      nodeIntegration: false,
      webviewTag: false,
      spellcheck: false,
    });
  });

  it('has the place it had, or lets the system choose one', () => {
    expect(windowOptions({ ...options, place: { ...place, x: 5, y: 6 } })).toMatchObject({
      x: 5,
      y: 6,
      width: 800,
    });
    expect(windowOptions(options)).not.toHaveProperty('x');
  });

  it('is as dark as the page will be', () => {
    expect(windowOptions(options).backgroundColor).not.toBe(
      windowOptions({ ...options, isDark: true }).backgroundColor,
    );
  });
});

/** What a window was told, in order. */
function record(calls: string[], isMinimized = false): BrowserWindow {
  const note = (name: string) => () => {
    calls.push(name);
  };
  return Object.assign(new EventEmitter(), {
    isMinimized: () => isMinimized,
    ...Object.fromEntries(['maximize', 'restore', 'show', 'focus'].map((name) => [name, note(name)])),
  }) as unknown as BrowserWindow;
}

describe('openWindow', () => {
  it.each([
    [false, ['show']],
    [true, ['maximize', 'show']],
  ])('shows it when there is something to see (maximised: %s)', (maximised, expected) => {
    const calls: string[] = [];
    let given: BrowserWindowConstructorOptions | undefined;
    const made = record(calls);
    /** As a constructor that gives what it likes. */
    function Window(made_: BrowserWindowConstructorOptions): BrowserWindow {
      given = made_;
      return made;
    }
    const window = openWindow(Window as unknown as Parameters<typeof openWindow>[0], {
      ...options,
      place: { ...place, maximised },
    });
    expect(given?.show).toBe(false);
    expect(calls).toEqual([]);
    window.emit('ready-to-show');
    expect(calls).toEqual(expected);
  });
});

describe('raise', () => {
  it.each([
    [false, ['show', 'focus']],
    [true, ['restore', 'show', 'focus']],
  ])('comes to the front (minimised: %s)', (isMinimized, expected) => {
    const calls: string[] = [];
    raise(record(calls, isMinimized));
    expect(calls).toEqual(expected);
  });
});
