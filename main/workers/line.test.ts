import { describe, expect, it } from 'vitest';
import type { Run } from './lease.ts';
import { createLine, type Line, type Place } from './line.ts';

function run(name: string): Run {
  return {
    name,
    size: { pixels: 1, bytes: 1, formats: ['png'], searching: false },
    signal: new AbortController().signal,
    onStarted: () => undefined,
    ask: () => Promise.reject(new Error('not asked')),
    reject: () => undefined,
  };
}

function lineOf(workers: number, names: string): { line: Line; take(count: number): string } {
  const line = createLine(workers);
  for (const name of names) {
    const place: Place = name === name.toUpperCase() ? 'ahead' : 'behind';
    line.join(run(name), place);
  }
  return { line, take: (count) => Array.from({ length: count }, () => line.next()?.name ?? '-').join('') };
}

describe('a line', () => {
  it('lets jobs go first come first served', () => {
    const { take } = lineOf(4, 'abc');
    expect(take(4)).toBe('abc-');
  });

  it('lets what is looked at go first, on half of the workers', () => {
    const { line, take } = lineOf(4, 'abcXYZ');
    expect(take(4)).toBe('XYab');
    line.aheadEnded();
    expect(take(3)).toBe('Zc-');
  });

  it('leaves the other half to jobs that are yet to come', () => {
    const { line, take } = lineOf(2, 'XYZ');
    expect(take(2)).toBe('X-');
    expect(line.size).toBe(0);
    line.aheadEnded();
    expect(line.size).toBe(1);
    expect(take(1)).toBe('Y');
  });

  it('gives both kinds every other turn of a single worker', () => {
    const { line, take } = lineOf(1, 'abXYZ');
    let order = '';
    for (let turn = 0; turn < 5; turn += 1) {
      const next = take(1);
      order += next;
      if (next === next.toUpperCase()) line.aheadEnded();
    }
    expect(order).toBe('XaYbZ');
  });

  it('forgets who leaves, and everybody when it closes', () => {
    const line = createLine(2);
    const one = run('one');
    line.join(one, 'ahead');
    line.join(run('two'), 'behind');
    line.leave(one);
    expect(line.size).toBe(1);
    expect(line.clear().map(({ name }) => name)).toEqual(['two']);
    expect(line.next()).toBeUndefined();
  });
});
