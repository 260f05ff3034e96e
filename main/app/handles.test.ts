import { describe, expect, it } from 'vitest';
import { createHandleTable } from './handles.ts';

describe('the table of handles', () => {
  it('gives each path one handle, for as long as it lives', () => {
    let made = 0;
    const table = createHandleTable(() => `h${String((made += 1))}`);
    expect(table.register(['/a', '/b', '/a'])).toEqual(['h1', 'h2', 'h1']);
    expect(table.register(['/b', '/c'])).toEqual(['h2', 'h3']);
    expect(['h1', 'h2', 'h3'].map(table.resolve)).toEqual(['/a', '/b', '/c']);
  });

  it('knows nothing else', () => {
    const table = createHandleTable();
    table.register(['/a']);
    for (const guess of ['', '/a', '0', '__proto__', 'constructor'])
      expect(table.resolve(guess)).toBeUndefined();
  });

  it('makes handles that cannot be guessed from each other', () => {
    const paths = Array.from({ length: 1_000 }, (_, index) => `/${String(index)}`);
    const given = createHandleTable().register(paths);
    expect(new Set(given).size).toBe(1_000);
    for (const handle of given) expect(handle).toMatch(/^[0-9a-f-]{36}$/);
  });
});
