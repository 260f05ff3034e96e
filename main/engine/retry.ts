import { MillraceError, type ErrorCode } from '../../contract/errors.ts';

/** What an attempt that failed leads to. */
export type Verdict =
  { readonly kind: 'retry' } | { readonly kind: 'give-up'; readonly error: MillraceError };

/** An attempt that failed this way ended its worker, or might go better on a fresh one. */
const worthASecondAttempt: ReadonlySet<ErrorCode> = new Set([
  'worker-crashed',
  'worker-exited',
  'worker-timed-out',
  'worker-out-of-memory',
  'worker-spoke-garbage',
  'verify-failed',
]);

const maxAttempts = 2;

/**
 * Decides about a job after its attempt number `attempts` (from 1) failed.
 *
 * @param name the source as a person calls it
 */
export function judgeAttempt(error: MillraceError, attempts: number, name: string): Verdict {
  if (!worthASecondAttempt.has(error.code)) return { kind: 'give-up', error };
  if (attempts < maxAttempts) return { kind: 'retry' };
  return { kind: 'give-up', error: lastWord(error, name) };
}

function lastWord(error: MillraceError, name: string): MillraceError {
  const reason = reasons[error.code];
  if (reason === undefined) return error;
  return new MillraceError(error.code, `${name} was set aside: ${reason} The original is untouched.`, {
    detail: [error.message, error.detail].filter((text) => text !== undefined).join('\n'),
    cause: error,
  });
}

const reasons: Partial<Record<ErrorCode, string>> = {
  'worker-crashed': 'reading it crashed a worker twice, so it is probably damaged or hostile.',
  'worker-exited': 'its worker ended without an answer twice.',
  'worker-timed-out': 'it took far longer than a picture of its size should, twice.',
  'worker-out-of-memory':
    'workers ran out of memory on it twice. Resize it elsewhere first, or give Millrace more memory.',
  'worker-spoke-garbage': 'its worker sent something unreadable twice.',
};
