import type { IncomingMessage } from 'node:http';
import type { LookupFunction } from 'node:net';
import { MillraceError } from '../../contract/errors.ts';
import type { Clock } from '../engine/world.ts';
import { checkHost } from './address-guard.ts';
import { networkError, statusError } from './link-errors.ts';

export interface DownloadLimits {
  /** From the request to the first byte of the answer's head, milliseconds. */
  readonly answer: number;
  /** Between two pieces of the body, milliseconds. */
  readonly idle: number;
  /** All of it, redirects included, milliseconds. */
  readonly total: number;
  readonly bytes: number;
  readonly redirects: number;
}

export const defaultDownloadLimits: DownloadLimits = {
  answer: 20_000,
  idle: 15_000,
  total: 300_000,
  bytes: 200 * 1024 * 1024,
  redirects: 5,
};

export interface Downloaded {
  readonly bytes: Uint8Array;
  /** Where it came from in the end. */
  readonly url: URL;
  readonly disposition: string | undefined;
  /** Milliseconds since the epoch, as the server says. */
  readonly modifiedMs: number | undefined;
}

export interface DownloadOptions {
  readonly limits: DownloadLimits;
  readonly allowPrivate: boolean;
  readonly lookup: LookupFunction;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Told how much has arrived, 0 to 1, where the server said how much it will be. */
  readonly onShare?: ((share: number) => void) | undefined;
}

/**
 * One try at a link: into memory, never more than the limit, never a wrong length.
 *
 * @throws MillraceError `link-*`, retriable where another try may help; `cancelled`
 */
export async function download(address: URL, options: DownloadOptions): Promise<Downloaded> {
  const { clock, limits, signal } = options;
  const watch = startWatch(clock, address, signal);
  try {
    watch.allow('total', limits.total);
    let url = address;
    for (let redirects = 0; ; redirects += 1) {
      const answer = await ask(url, options, watch);
      const next = redirectOf(answer, url);
      if (next === undefined) return await receive(answer, url, options, watch);
      answer.destroy();
      if (redirects >= limits.redirects) {
        throw new MillraceError(
          'link-too-many-redirects',
          `${address.href} leads on and on (more than ${String(limits.redirects)} times). Open it in a browser and use the address of the picture itself.`,
        );
      }
      url = next;
    }
  } catch (error) {
    // Whatever a torn-down socket says, the reason is why it was torn down.
    throw watch.reason() ?? networkError(error, address);
  } finally {
    watch.stop();
  }
}

async function ask(url: URL, options: DownloadOptions, watch: Watch): Promise<IncomingMessage> {
  checkHost(url, options.allowPrivate);
  // With the first link: importing them takes Node 50 ms, a quarter of the command line's start.
  const { request } = url.protocol === 'https:' ? await import('node:https') : await import('node:http');
  watch.allow('answer', options.limits.answer);
  const answer = await new Promise<IncomingMessage>((resolve, reject) => {
    request(url, {
      agent: false,
      signal: watch.signal,
      lookup: options.lookup,
      // No compression: pictures are compressed, and a small body must not become a large one in memory.
      headers: { accept: 'image/*,*/*;q=0.5', 'accept-encoding': 'identity', 'user-agent': 'Millrace' },
    })
      .on('response', resolve)
      .on('error', reject)
      .end();
  });
  watch.forget('answer');
  return answer;
}

function redirectOf(answer: IncomingMessage, from: URL): URL | undefined {
  const status = answer.statusCode ?? 0;
  const { location } = answer.headers;
  if (![301, 302, 303, 307, 308].includes(status) || location === undefined) return undefined;
  const to = URL.parse(location, from.href);
  if (to === null || (to.protocol !== 'http:' && to.protocol !== 'https:')) {
    answer.destroy();
    throw new MillraceError(
      'link-refused',
      `${from.href} leads to something that is no web address. Open it in a browser and use the address of the picture itself.`,
    );
  }
  if (to.username !== '' || to.password !== '') {
    answer.destroy();
    throw new MillraceError(
      'link-refused',
      `${from.href} leads to an address with a password in it, which may end up in logs. Save the picture with a browser and add the file.`,
    );
  }
  return to;
}

async function receive(
  answer: IncomingMessage,
  url: URL,
  { limits, onShare }: DownloadOptions,
  watch: Watch,
): Promise<Downloaded> {
  const status = answer.statusCode ?? 0;
  if (status < 200 || status > 299) {
    answer.destroy();
    throw statusError(status, url, answer.headers['retry-after']);
  }
  const promised =
    answer.headers['content-length'] === undefined ? undefined : Number(answer.headers['content-length']);
  if (promised !== undefined && promised > limits.bytes) throw tooLarge(url, limits);
  if ((answer.headers['content-encoding'] ?? 'identity') !== 'identity') {
    answer.destroy();
    throw new MillraceError(
      'link-failed',
      `${url.host} sends its pictures in a wrapping Millrace did not ask for. Save the picture with a browser and add the file.`,
    );
  }
  const pieces: Buffer[] = [];
  let length = 0;
  watch.allow('idle', limits.idle);
  for await (const piece of answer as AsyncIterable<Buffer>) {
    watch.allow('idle', limits.idle);
    length += piece.length;
    if (length > limits.bytes) throw tooLarge(url, limits);
    pieces.push(piece);
    if (promised !== undefined && promised > 0) onShare?.(Math.min(1, length / promised));
  }
  // `complete` is false when the connection ended before the body did.
  if (!answer.complete || (promised !== undefined && promised !== length)) {
    throw new MillraceError(
      'link-failed',
      `${url.host} stopped in the middle of ${url.pathname}. Try again.`,
      { retriable: true },
    );
  }
  const modified = Date.parse(answer.headers['last-modified'] ?? '');
  return {
    bytes: Buffer.concat(pieces),
    url,
    disposition: answer.headers['content-disposition'],
    modifiedMs: Number.isNaN(modified) ? undefined : modified,
  };
}

function tooLarge(url: URL, limits: DownloadLimits): MillraceError {
  return new MillraceError(
    'link-too-large',
    `${url.href} is larger than ${String(Math.round(limits.bytes / 1024 / 1024))} MB. Save it with a browser and add the file.`,
  );
}

interface Watch {
  readonly signal: AbortSignal;
  allow(what: 'answer' | 'idle' | 'total', ms: number): void;
  forget(what: 'answer' | 'idle' | 'total'): void;
  /** Why the signal fired. */
  reason(): MillraceError | undefined;
  stop(): void;
}

/** Time limits and the caller's own signal as one. */
function startWatch(clock: Clock, url: URL, outer: AbortSignal): Watch {
  const controller = new AbortController();
  const timers = new Map<string, () => void>();
  let reason: MillraceError | undefined;
  const cancel = (): void => {
    reason ??= new MillraceError('cancelled', 'Cancelled.');
    controller.abort();
  };
  if (outer.aborted) cancel();
  outer.addEventListener('abort', cancel, { once: true });
  const sentences = {
    answer: `${url.host} does not answer. Try again later.`,
    idle: `${url.host} stopped sending ${url.pathname}. Try again later.`,
    total: `${url.href} took too long to download. Save it with a browser and add the file.`,
  };

  function forget(what: string): void {
    timers.get(what)?.();
    timers.delete(what);
  }

  return {
    signal: controller.signal,
    allow(what, ms) {
      forget(what);
      timers.set(
        what,
        clock.after(ms, () => {
          reason ??= new MillraceError('link-timed-out', sentences[what], { retriable: what !== 'total' });
          controller.abort();
        }),
      );
    },
    forget,
    reason: () => reason,
    stop() {
      for (const forgetTimer of timers.values()) forgetTimer();
      outer.removeEventListener('abort', cancel);
      controller.abort();
    },
  };
}
