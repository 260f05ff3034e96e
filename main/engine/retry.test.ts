import { describe, expect, it } from 'vitest';
import { errorCodes, MillraceError } from '../../contract/errors.ts';
import { judgeAttempt } from './retry.ts';

const endedAWorker = errorCodes.filter((code) => code.startsWith('worker-'));

describe('judgeAttempt', () => {
  it.each(endedAWorker)('%s: once more, then set aside with the reason', (code) => {
    const error = new MillraceError(code, 'The worker ended.');
    expect(judgeAttempt(error, 1, 'beach.jpg')).toEqual({ kind: 'retry' });
    const verdict = judgeAttempt(error, 2, 'beach.jpg');
    expect(verdict).toMatchObject({ kind: 'give-up', error: { code } });
    expect(verdict.kind === 'give-up' && verdict.error.message).toMatch(
      /^beach\.jpg was set aside: .+ twice/,
    );
  });

  it.each(errorCodes.filter((code) => !endedAWorker.includes(code) && code !== 'verify-failed'))(
    '%s: not again',
    (code) => {
      const error = new MillraceError(code, 'No.');
      expect(judgeAttempt(error, 1, 'beach.jpg')).toEqual({ kind: 'give-up', error });
    },
  );
});
