import { describe, expect, it } from 'vitest';
import { cannotStartError, describeTermination, terminationError, type Termination } from './terminations.ts';

const table: readonly (readonly [Termination, string, string])[] = [
  [{ kind: 'exited', code: 0 }, 'worker-exited', 'exited with code 0'],
  [{ kind: 'crashed', reason: 'SIGSEGV' }, 'worker-crashed', 'crashed (SIGSEGV)'],
  [{ kind: 'out-of-memory' }, 'worker-out-of-memory', 'ran out of memory'],
  [{ kind: 'start-failed', reason: 'EAGAIN' }, 'worker-exited', 'could not be started: EAGAIN'],
  [{ kind: 'killed', why: 'hung-up' }, 'worker-exited', 'closed its channel and was ended'],
  [{ kind: 'killed', why: 'cancelled' }, 'worker-exited', 'was ended because its job was cancelled'],
  [
    { kind: 'timed-out', what: 'job', limitMs: 30_000 },
    'worker-timed-out',
    'had not finished its job after 30 s',
  ],
  [{ kind: 'timed-out', what: 'start', limitMs: 250 }, 'worker-timed-out', 'was not ready after 0.3 s'],
  [{ kind: 'spoke-garbage', detail: '42' }, 'worker-spoke-garbage', 'sent something unreadable: 42'],
];

describe('terminationError', () => {
  it.each(table)('of %j is %s', (termination, code, words) => {
    const error = terminationError(termination, 'beach.jpg', 'last words');
    expect(error).toMatchObject({ code, retriable: true, detail: `The worker ${words}.\nlast words` });
    expect(error.message).toContain('beach.jpg');
    expect(describeTermination(termination)).toBe(words);
  });

  it.each(['idle', 'jobs', 'memory', 'shutdown'] as const)(
    'is a cancellation when the pool closes (%s)',
    (why) => {
      expect(terminationError({ kind: 'retired', why }, 'beach.jpg', '')).toMatchObject({
        code: 'cancelled',
      });
    },
  );
});

describe('cannotStartError', () => {
  it('keeps the last words for the log', () => {
    expect(cannotStartError(3, { kind: 'exited', code: 1 }, 'no codecs')).toMatchObject({
      code: 'workers-cannot-start',
      retriable: false,
      detail: 'The last one exited with code 1.\nno codecs',
    });
  });
});
