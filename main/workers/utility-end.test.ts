import { expect, it } from 'vitest';
import { judgeUtilityEnd, type GoneReason } from './utility-end.ts';

function gone(reason: GoneReason, exitCode: number): { reason: GoneReason; exitCode: number } {
  return { reason, exitCode };
}

it.each([
  ['kill on POSIX: code 0 is no success', undefined, 0, undefined, { kind: 'exited', code: 0 }],
  ['killed', undefined, 0, gone('killed', 9), { kind: 'crashed', reason: 'killed, code 9' }],
  ['crashed', undefined, 5, gone('crashed', 5), { kind: 'crashed', reason: 'crashed, code 5' }],
  [
    'crashed, no exit',
    undefined,
    undefined,
    gone('crashed', 5),
    { kind: 'crashed', reason: 'crashed, code 5' },
  ],
  ['oom', undefined, 1, gone('oom', 1), { kind: 'out-of-memory' }],
  ['evicted', undefined, 1, gone('memory-eviction', 1), { kind: 'out-of-memory' }],
  ['heap full', 'FatalError in JavaScript heap out of memory', 133, undefined, { kind: 'out-of-memory' }],
  [
    'V8 gave up',
    'FatalError in v8::Object',
    133,
    gone('abnormal-exit', 133),
    { kind: 'crashed', reason: 'FatalError in v8::Object' },
  ],
  ['own exit', undefined, 3, gone('abnormal-exit', 3), { kind: 'exited', code: 3 }],
  ['own exit, no exit event', undefined, undefined, gone('abnormal-exit', 3), { kind: 'exited', code: 3 }],
  [
    'no launch',
    undefined,
    undefined,
    gone('launch-failed', 18),
    { kind: 'start-failed', reason: 'launch-failed, code 18' },
  ],
] as const)('%s', (_name, fatalError, exitCode, goneDetails, end) => {
  expect(judgeUtilityEnd({ fatalError, exitCode, gone: goneDetails }, '')).toEqual(end);
});
