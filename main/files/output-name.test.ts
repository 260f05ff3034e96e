import { basename, dirname } from 'node:path';
import { describe, expect, it } from 'vitest';
import { numbered, outputName } from './output-name.ts';

const folder = { place: 'folder', folder: '/out', existing: 'rename' } as const;
const beside = { place: 'beside', suffix: '-small', existing: 'rename' } as const;

describe('outputName', () => {
  it.each([
    ['beside', beside, { kind: 'file', path: '/in/a/b.png', root: '/in' }, '/in/a/b-small.webp'],
    ['in a folder', folder, { kind: 'file', path: '/in/b.png' }, '/out/b.webp'],
    ['in its tree', folder, { kind: 'file', path: '/in/x/y/b.png', root: '/in' }, '/out/x/y/b.webp'],
    ['in the top of its tree', folder, { kind: 'file', path: '/in/b.png', root: '/in' }, '/out/b.webp'],
    [
      'flat, when it is not below its root',
      folder,
      { kind: 'file', path: '/b.png', root: '/in' },
      '/out/b.webp',
    ],
    [
      'in a folder called like a way up',
      folder,
      { kind: 'file', path: '/in/..x/b.png', root: '/in' },
      '/out/..x/b.webp',
    ],
    ['a link in a folder', folder, { kind: 'link', url: 'https://example.org/b' }, '/out/b.webp'],
    [
      'a link in the working folder',
      beside,
      { kind: 'link', url: 'https://example.org/b' },
      '/work/b-small.webp',
    ],
  ] as const)('%s', (_what, place, source, path) => {
    expect(numbered(outputName(source, 'b', 'webp', place, '/work'), 1)).toBe(path);
  });
});

describe('numbered', () => {
  const name = { folder: '/out', stem: 'a', suffix: '-small', extension: '.jpg' };

  it('counts from 2', () => {
    expect([1, 2, 3].map((number) => basename(numbered(name, number)))).toEqual([
      'a-small.jpg',
      'a-small (2).jpg',
      'a-small (3).jpg',
    ]);
  });

  it.each(['a'.repeat(300), 'ü'.repeat(200), '👨‍👩‍👧‍👦'.repeat(20), `a${'\u0301'.repeat(400)}`, ' '.repeat(300)])(
    'cuts a long name between letters and keeps its end',
    (stem) => {
      for (const number of [1, 2, 1000]) {
        const cut = basename(numbered({ ...name, stem }, number));
        expect(Buffer.byteLength(cut)).toBeLessThanOrEqual(255);
        expect(cut).toMatch(
          number === 1 ? /.-small\.jpg$/ : new RegExp(`.-small \\(${String(number)}\\)\\.jpg$`),
        );
        expect(cut).not.toMatch(/\u200d-small/);
        expect(cut.isWellFormed()).toBe(true);
      }
    },
  );

  it('stays in its folder', () => {
    expect(dirname(numbered({ ...name, stem: 'a'.repeat(300) }, 7))).toBe('/out');
  });
});
