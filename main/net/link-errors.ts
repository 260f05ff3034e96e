import { asMillraceError, MillraceError } from '../../contract/errors.ts';

/** An error that says when to come back, as some servers do. */
export class RetryLater extends MillraceError {
  readonly afterMs: number;

  constructor(error: MillraceError, afterMs: number) {
    super(error.code, error.message, { detail: error.detail, retriable: true });
    this.afterMs = afterMs;
  }
}

/** What an answer that is no picture means. `retryAfter`: the header, seconds or a date (RFC 9110, 10.2.3). */
export function statusError(status: number, url: URL, retryAfter: string | undefined): MillraceError {
  const detail = `HTTP status ${String(status)}`;
  if (status === 404 || status === 410) {
    return new MillraceError(
      'link-not-found',
      `There is nothing at ${url.href} any more. Check the address.`,
      { detail },
    );
  }
  if (status === 401 || status === 403) {
    return new MillraceError(
      'link-failed',
      `${url.host} does not give out ${url.pathname} without a login. Save it with a browser and add the file.`,
      { detail },
    );
  }
  const busy = status === 429 || status >= 500;
  const error = new MillraceError(
    'link-failed',
    `${url.host} could not give out ${url.pathname} (status ${String(status)}). ${busy ? 'Try again later.' : 'Check the address.'}`,
    { detail, retriable: busy },
  );
  const wait = busy ? parseRetryAfter(retryAfter) : undefined;
  return wait === undefined ? error : new RetryLater(error, wait);
}

function parseRetryAfter(header: string | undefined): number | undefined {
  if (header === undefined) return undefined;
  if (/^\d+$/.test(header)) return Number(header) * 1000;
  const date = Date.parse(header);
  return Number.isNaN(date) ? undefined : Math.max(0, date - Date.now());
}

/** What a failed connection means. */
export function networkError(error: unknown, url: URL): MillraceError {
  if (error instanceof MillraceError) return error;
  const known = asMillraceError(error);
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  const detail = error instanceof Error ? error.message : String(error);
  if (code === 'ENOTFOUND') {
    return new MillraceError(
      'link-not-found',
      `There is no server called ${url.hostname}. Check the address, and that this computer is online.`,
      { detail },
    );
  }
  if (code.startsWith('CERT_') || code.includes('CERTIFICATE') || code.startsWith('ERR_TLS')) {
    return new MillraceError(
      'link-refused',
      `${url.host} cannot prove that it is the server of that name. Open it in a browser to see why.`,
      { detail },
    );
  }
  if (code === '') return known;
  return new MillraceError('link-failed', `The connection to ${url.host} failed (${code}). Try again.`, {
    detail,
    retriable: true,
  });
}
