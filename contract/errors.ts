import * as v from 'valibot';

/**
 * Every reason Millrace can give for not doing something. Closed: code that handles errors switches on it, a
 * person reads the message beside it.
 */
export const errorCodes = [
  // the picture
  'empty-file',
  'not-an-image',
  'unsupported-format',
  'damaged-image',
  'too-many-pixels',
  'too-many-frames',
  'too-large-for-format',
  'animation-refused',
  'lossless-refused',
  'encode-failed',
  'verify-failed',
  // the source
  'source-not-found',
  'source-unreadable',
  'source-not-a-file',
  'source-changed',
  'source-too-large',
  'no-images',
  // the destination
  'destination-unwritable',
  'destination-full',
  'destination-is-a-folder',
  'destination-exists',
  'name-too-long',
  'replace-refused',
  // links
  'link-invalid',
  'link-refused',
  'link-not-found',
  'link-failed',
  'link-timed-out',
  'link-too-large',
  'link-too-many-redirects',
  // workers
  'worker-crashed',
  'worker-exited',
  'worker-timed-out',
  'worker-out-of-memory',
  'worker-spoke-garbage',
  'workers-cannot-start',
  // everything else
  'not-enough-memory',
  'recipe-invalid',
  'preset-invalid',
  'store-newer',
  'store-unusable',
  'no-such-thing',
  'protocol-error',
  'protocol-version',
  'port-closed',
  'cancelled',
  'internal',
] as const;

export type ErrorCode = (typeof errorCodes)[number];

/** An error as it crosses between processes. `retriable`: doing the same again may succeed. */
export const wireErrorSchema = v.object({
  code: v.picklist(errorCodes),
  message: v.string(),
  detail: v.optional(v.string()),
  retriable: v.boolean(),
});

export type WireError = v.InferOutput<typeof wireErrorSchema>;

export interface MillraceErrorOptions {
  /** For the log: what the library, the system or the peer said. */
  detail?: string | undefined;
  retriable?: boolean;
  cause?: unknown;
}

/** The only error class that leaves a room. `message` names the file and says what a person can do. */
export class MillraceError extends Error {
  override readonly name = 'MillraceError';
  readonly code: ErrorCode;
  readonly detail: string | undefined;
  readonly retriable: boolean;

  constructor(code: ErrorCode, message: string, options: MillraceErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.detail = options.detail;
    this.retriable = options.retriable ?? false;
  }
}

export function toWireError(error: unknown): WireError {
  const known = asMillraceError(error);
  return {
    code: known.code,
    message: known.message,
    retriable: known.retriable,
    ...(known.detail === undefined ? {} : { detail: known.detail }),
  };
}

export function fromWireError(wire: WireError): MillraceError {
  return new MillraceError(wire.code, wire.message, { detail: wire.detail, retriable: wire.retriable });
}

/** Gives any thrown value a code. What nobody foresaw is `internal`, with the stack kept for the log. */
export function asMillraceError(error: unknown): MillraceError {
  if (error instanceof MillraceError) return error;
  if (error instanceof Error && error.name === 'AbortError') return cancelled(error);
  const text = error instanceof Error ? error.message : String(error);
  return new MillraceError('internal', `Something unexpected went wrong: ${text}`, {
    detail: error instanceof Error ? error.stack : undefined,
    cause: error,
  });
}

export function cancelled(cause?: unknown): MillraceError {
  return new MillraceError('cancelled', 'Cancelled.', { cause });
}
