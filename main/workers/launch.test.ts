import { expect, it } from 'vitest';
import { launch } from './launch.ts';

const everything = (): boolean => true;
const nothing = (): boolean => false;
const guardAlone = (words: readonly string[]): boolean => !words.includes('taskset');

it('lets the system end a worker where it can be asked, which costs the worker no thread', () => {
  const { file, args, pinned } = launch(['worker.js'], undefined, everything);
  expect([file, ...args.slice(0, 3)]).toEqual(['setpriv', '--pdeathsig', 'KILL', process.execPath]);
  expect(args.at(-1)).toBe('worker.js');
  expect(args.some((arg) => arg.includes('worker_threads'))).toBe(false);
  expect(pinned).toBe(false);
});

it('lets a thread of the worker do it elsewhere', () => {
  const { file, args, pinned } = launch(['worker.js'], 6, nothing);
  expect(file).toBe(process.execPath);
  expect(args.at(-1)).toBe('worker.js');
  expect(args.some((arg) => arg.includes('worker_threads'))).toBe(true);
  expect(pinned).toBe(false);
});

it('keeps a worker on a core', () => {
  const { file, args, pinned } = launch(['worker.js'], 6, everything);
  const called = ['setpriv', '--pdeathsig', 'KILL', 'taskset', '-c', '6', process.execPath];
  expect([file, ...args.slice(0, called.length - 1)]).toEqual(called);
  expect(args.at(-1)).toBe('worker.js');
  expect(pinned).toBe(true);
});

it('does without the core where that cannot be had', () => {
  const { file, args, pinned } = launch(['worker.js'], 6, guardAlone);
  expect([file, ...args.slice(0, 3)]).toEqual(['setpriv', '--pdeathsig', 'KILL', process.execPath]);
  expect(pinned).toBe(false);
});
