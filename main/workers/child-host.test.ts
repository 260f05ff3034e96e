import { expect, it } from 'vitest';
import { judgeEnd } from './child-host.ts';

const heapWords =
  'FATAL ERROR: Reached heap limit Allocation failed - JavaScript heap out of memory\n----- Native stack trace -----';

it.each([
  [0, null, '', { kind: 'exited', code: 0 }],
  [3, null, 'some words', { kind: 'exited', code: 3 }],
  [null, 'SIGSEGV', '', { kind: 'crashed', reason: 'SIGSEGV' }],
  [null, 'SIGABRT', heapWords, { kind: 'out-of-memory' }],
  [134, null, heapWords, { kind: 'out-of-memory' }],
  [
    null,
    'SIGABRT',
    'FATAL ERROR: v8::ToLocalChecked Empty MaybeLocal',
    { kind: 'crashed', reason: 'SIGABRT' },
  ],
] as const)('code %s, signal %s and the words "%s"', (code, signal, output, end) => {
  expect(judgeEnd(code, signal, output)).toEqual(end);
});
