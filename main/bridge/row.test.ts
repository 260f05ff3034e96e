import { describe, expect, it } from 'vitest';
import type { Job, Source } from '../../contract/batch.ts';
import { rowOf } from './row.ts';

const job = (source: Source, rest: Partial<Job> = {}): Job => ({
  id: 1,
  source,
  state: 'waiting',
  attempts: 0,
  ...rest,
});

describe('a row', () => {
  it.each<[string, Source, string, string]>([
    ['a file', { kind: 'file', path: '/home/me/trip/a.jpg' }, 'a.jpg', 'trip'],
    [
      'a file in a dropped folder',
      { kind: 'file', path: '/home/me/trip/a.jpg', root: '/home/me/trip' },
      'a.jpg',
      'trip',
    ],
    [
      'a file deep in it',
      { kind: 'file', path: '/home/me/trip/x/y/a.jpg', root: '/home/me/trip' },
      'a.jpg',
      'trip/x/y',
    ],
    [
      'a link',
      { kind: 'link', url: 'https://pictures.test/of/a%20cat.jpg?size=1' },
      'a cat.jpg',
      'pictures.test',
    ],
    ['half an escape', { kind: 'link', url: 'https://pictures.test/100%.jpg' }, '100%.jpg', 'pictures.test'],
    ['a bare host', { kind: 'link', url: 'https://pictures.test/' }, 'pictures.test', 'pictures.test'],
    ['no address', { kind: 'link', url: 'some words' }, 'some words', ''],
  ])('says where it comes from: %s', (_name, source, name, folder) => {
    expect(rowOf(job(source))).toEqual({ id: 1, name, folder, state: 'waiting' });
  });

  it('tells its result only while it is done, and why it failed or was kept only while it is so', () => {
    const source: Source = { kind: 'file', path: '/a.jpg' };
    const output = {
      path: '/out/a-small.jpg',
      format: 'jpeg',
      bytes: 5,
      keptOriginal: false,
      score: 91,
    } as const;
    const error = { code: 'damaged-image', message: 'a.jpg is damaged.', retriable: false } as const;
    expect(rowOf(job(source, { state: 'done', bytes: 9, format: 'jpeg', pixels: 4, output })).output).toEqual(
      {
        name: 'a-small.jpg',
        format: 'jpeg',
        bytes: 5,
        keptOriginal: false,
        score: 91,
      },
    );
    expect(rowOf(job(source, { state: 'waiting', output })).output).toBeUndefined();
    expect(rowOf(job(source, { state: 'failed', error })).reason).toBe('a.jpg is damaged.');
    expect(rowOf(job(source, { state: 'skipped', reason: 'It is there.' })).reason).toBe('It is there.');
    const kept = { ...output, keptOriginal: true, kept: 'nothing smaller came out' };
    expect(rowOf(job(source, { state: 'done', output: kept })).reason).toBe('Nothing smaller came out.');
    expect(rowOf(job(source, { state: 'waiting', output: kept })).reason).toBeUndefined();
  });

  it('says how much of a link has arrived, until it has', () => {
    const source: Source = { kind: 'link', url: 'https://pictures.test/a.jpg' };
    expect(rowOf(job(source), 0.5).downloaded).toBe(0.5);
    expect(rowOf(job(source, { bytes: 10 }), 1).downloaded).toBeUndefined();
  });
});
