import { asMillraceError, MillraceError, type ErrorCode } from '../contract/errors.ts';

/** What libvips, its encoders and V8 say when the system gives them no more memory. */
const saysNoMemory = /out of memory|failed to allocate|allocation failed/i;

/** What a library's failure is taken for by whoever asked it. */
const misread: ReadonlySet<ErrorCode> = new Set([
  'damaged-image',
  'encode-failed',
  'verify-failed',
  'internal',
]);

/**
 * The error of a job, told as what it is where it was only that memory ran out: neither the picture nor its output is to
 * blame then, and another attempt may have more.
 */
export function asMemoryError(error: unknown, name: string): MillraceError {
  const known = asMillraceError(error);
  if (!misread.has(known.code) || !saysNoMemory.test(known.detail ?? '')) return known;
  return new MillraceError(
    'worker-out-of-memory',
    `The worker ran out of memory while it worked on ${name}. Try again with fewer jobs at once, or resize the picture elsewhere first.`,
    { detail: known.detail, retriable: true, cause: known },
  );
}
