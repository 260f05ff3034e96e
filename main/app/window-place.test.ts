import { EventEmitter } from 'node:events';
import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createFakeClock } from '../../tests/fixtures/fake-clock.ts';
import { temporaryFolder } from '../../tests/fixtures/temporary-folder.ts';
import { readPlace, rememberPlace, writePlace } from './window-place.ts';

const left = { x: 0, y: 0, width: 1920, height: 1080 };
const right = { x: 1920, y: 0, width: 1280, height: 800 };
const first = { width: 1120, height: 720, maximised: false };

async function file(): Promise<string> {
  return join(await temporaryFolder(), 'deep', 'window.json');
}

describe('the place of the window', () => {
  it('is the first one as long as there is no other', async () => {
    expect(readPlace(await file(), [left])).toEqual(first);
  });

  it('is what was written, and nothing else is left beside it', async () => {
    const path = await file();
    writePlace(path, { x: 1, y: 2, width: 500, height: 400, maximised: false });
    const place = { x: 2000, y: 40, width: 900, height: 700, maximised: true };
    writePlace(path, place);
    expect(readPlace(path, [left, right])).toEqual(place);
    expect(await readdir(join(path, '..'))).toEqual(['window.json']);
  });

  it.each([
    ['on a screen that is gone', { x: 2000, y: 40 }, false],
    ['above all screens', { x: 100, y: -20 }, false],
    ['with its title bar below the screen', { x: 100, y: 1070 }, false],
    ['a little out to the left', { x: -500, y: 40 }, true],
    ['too far out to the left', { x: -850, y: 40 }, false],
  ])('%s: %o stays: %s', async (_name, at, stays) => {
    const path = await file();
    const size = { width: 900, height: 700, maximised: false };
    writePlace(path, { ...at, ...size });
    expect(readPlace(path, [left])).toEqual(stays ? { ...at, ...size } : size);
  });

  it('is no larger than the screens', async () => {
    const path = await file();
    writePlace(path, { x: 0, y: 0, width: 3000, height: 2000, maximised: false });
    expect(readPlace(path, [right])).toMatchObject({ width: 1280, height: 800 });
  });

  it.each(['', '{', '[]', '{"width":10,"height":700,"maximised":false}', '{"width":"900"}'])(
    'is the first one when the file says %s',
    async (text) => {
      const path = join(await temporaryFolder(), 'window.json');
      await writeFile(path, text);
      expect(readPlace(path, [left])).toEqual(first);
    },
  );
});

describe('rememberPlace', () => {
  async function remembered(path?: string) {
    const window = new EventEmitter();
    const clock = createFakeClock();
    const warnings: string[] = [];
    const bounds = { x: 10, y: 20, width: 900, height: 700 };
    const placeFile = path ?? (await file());
    rememberPlace(
      Object.assign(window, {
        getNormalBounds: () => bounds,
        isMaximized: () => false,
      }) as unknown as Parameters<typeof rememberPlace>[0],
      placeFile,
      { clock, log: { warn: (message) => warnings.push(message) } },
    );
    return { window, clock, warnings, bounds, read: () => readPlace(placeFile, [left]) };
  }

  it('writes when the window has come to rest', async () => {
    const { window, clock, bounds, read } = await remembered();
    window.emit('move');
    clock.advance(400);
    bounds.x = 30;
    window.emit('resize');
    clock.advance(400);
    expect(read()).toEqual(first);
    clock.advance(100);
    expect(read()).toMatchObject({ x: 30 });
  });

  it('writes when the window closes, and not after', async () => {
    const { window, clock, bounds, read } = await remembered();
    window.emit('move');
    window.emit('close');
    expect(read()).toMatchObject({ x: 10 });
    bounds.x = 30;
    window.emit('closed');
    clock.advance(1_000);
    expect(read()).toMatchObject({ x: 10 });
  });

  it('says so when it cannot write', async () => {
    const folder = await temporaryFolder();
    await writeFile(join(folder, 'file'), '');
    const { window, warnings } = await remembered(join(folder, 'file', 'window.json'));
    window.emit('close');
    expect(warnings).toHaveLength(1);
  });
});
