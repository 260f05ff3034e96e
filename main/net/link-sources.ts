import type { lookup } from 'node:dns';
import type { Source } from '../../contract/batch.ts';
import { asMillraceError, MillraceError } from '../../contract/errors.ts';
import type { Clock, SourceHead, SourceReader } from '../engine/world.ts';
import { guardedLookup } from './address-guard.ts';
import { defaultDownloadLimits, download, type Downloaded, type DownloadLimits } from './download.ts';
import { RetryLater } from './link-errors.ts';
import { linkName } from './link-name.ts';

export interface LinkSourcesOptions {
  readonly clock: Clock;
  /** Addresses on this computer and in private networks are refused unless this is true. */
  readonly allowPrivate: boolean;
  /** Tells format and size by the first bytes. */
  readonly describe: (
    bytes: Uint8Array,
    rest: Pick<SourceHead, 'bytes' | 'stem' | 'modifiedMs'>,
  ) => SourceHead;
  readonly limits?: Partial<DownloadLimits>;
  /** Waits before the second, third, ... try, milliseconds; a server may ask for longer. */
  readonly backOff?: readonly number[];
  /** Downloads at once. */
  readonly atOnce?: number;
  /** From 0 to 1: spreads tries that failed together. */
  readonly random?: () => number;
  readonly lookup?: typeof lookup;
}

const defaultBackOff = [1_000, 4_000, 10_000];
/** A server that wants more patience than this is told no. */
const longestWait = 60_000;

/** Sources that are links: downloaded into memory by `head`, kept until they are released. */
export function createLinkSources(options: LinkSourcesOptions): SourceReader {
  const {
    clock,
    allowPrivate,
    describe,
    backOff = defaultBackOff,
    atOnce = 4,
    random = Math.random,
  } = options;
  const limits = { ...defaultDownloadLimits, ...options.limits };
  const guard = guardedLookup(allowPrivate, options.lookup);
  const kept = new Map<Source, Uint8Array>();
  const places = createPlaces(atOnce);

  async function downloadPatiently(url: URL, signal: AbortSignal): Promise<Downloaded> {
    for (let failures = 0; ; failures += 1) {
      try {
        return await download(url, { limits, allowPrivate, lookup: guard, clock, signal });
      } catch (error) {
        const failure = asMillraceError(error);
        const wait = waitAfter(failure, failures);
        if (wait === undefined) throw failure;
        await pause(clock, wait, signal);
      }
    }
  }

  function waitAfter(error: MillraceError, failures: number): number | undefined {
    const own = backOff[failures];
    if (!error.retriable || own === undefined) return undefined;
    const asked = error instanceof RetryLater ? error.afterMs : 0;
    return asked > longestWait ? undefined : Math.max(asked, own * (0.5 + random() / 2));
  }

  return {
    async head(source, signal) {
      const url = parseLink(source);
      await places.take(signal);
      try {
        const { bytes, url: from, disposition, modifiedMs } = await downloadPatiently(url, signal);
        if (bytes.byteLength === 0) {
          throw new MillraceError('empty-file', `${url.href} is empty. Check the address.`);
        }
        kept.set(source, bytes);
        return describe(bytes, { bytes: bytes.byteLength, stem: linkName(from, disposition), modifiedMs });
      } finally {
        places.leave();
      }
    },
    read(source) {
      const bytes = kept.get(source);
      if (bytes !== undefined) return Promise.resolve(bytes);
      return Promise.reject(new MillraceError('internal', 'A link was read before its head.'));
    },
    release(source) {
      kept.delete(source);
    },
  };
}

/** @throws MillraceError `link-invalid` */
function parseLink(source: Source): URL {
  const text = source.kind === 'link' ? source.url : source.path;
  const url = URL.parse(text);
  if (url === null || (url.protocol !== 'http:' && url.protocol !== 'https:')) {
    throw new MillraceError(
      'link-invalid',
      `${text} is not an address that starts with http:// or https://.`,
    );
  }
  if (url.username !== '' || url.password !== '') {
    throw new MillraceError(
      'link-invalid',
      `The address at ${url.host} has a password in it, which may end up in logs. Save the picture with a browser and add the file.`,
    );
  }
  return url;
}

interface Places {
  take(signal: AbortSignal): Promise<void>;
  leave(): void;
}

function createPlaces(count: number): Places {
  const waiting: (() => void)[] = [];
  let free = count;
  return {
    async take(signal) {
      signal.throwIfAborted();
      if (free > 0) {
        free -= 1;
        return;
      }
      await new Promise<void>((resolve, reject) => {
        const enter = (): void => {
          signal.removeEventListener('abort', abort);
          resolve();
        };
        const abort = (): void => {
          waiting.splice(waiting.indexOf(enter), 1);
          reject(new MillraceError('cancelled', 'Cancelled.'));
        };
        waiting.push(enter);
        signal.addEventListener('abort', abort, { once: true });
      });
    },
    leave() {
      const next = waiting.shift();
      if (next === undefined) free += 1;
      else next();
    },
  };
}

function pause(clock: Clock, ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const forget = clock.after(ms, () => {
      signal.removeEventListener('abort', abort);
      resolve();
    });
    const abort = (): void => {
      forget();
      reject(new MillraceError('cancelled', 'Cancelled.'));
    };
    signal.addEventListener('abort', abort, { once: true });
  });
}
