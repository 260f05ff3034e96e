import { expect, it } from 'vitest';
import { guarded } from './orphan-guard.ts';

it('is the system where it can be asked, and costs the worker no thread', () => {
  const { file, args } = guarded(['worker.js'], true);
  expect([file, ...args.slice(0, 3)]).toEqual(['setpriv', '--pdeathsig', 'KILL', process.execPath]);
  expect(args.at(-1)).toBe('worker.js');
  expect(args.some((arg) => arg.includes('worker_threads'))).toBe(false);
});

it('is a thread of the worker elsewhere', () => {
  const { file, args } = guarded(['worker.js'], false);
  expect(file).toBe(process.execPath);
  expect(args.at(-1)).toBe('worker.js');
  expect(args.some((arg) => arg.includes('worker_threads'))).toBe(true);
});
