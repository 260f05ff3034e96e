import type { lookup } from 'node:dns';
import type { Source } from '../../contract/batch.ts';
import { asMillraceError, MillraceError } from '../../contract/errors.ts';
import { untilCalled } from '../engine/wait.ts';
import type { Clock, SourceHead, SourceReader } from '../engine/world.ts';
import { guardedLookup } from './address-guard.ts';
import { defaultDownloadLimits, download, type Downloaded, type DownloadLimits } from './download.ts';
import { createDownloadRoom } from './download-room.ts';
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
  /** Told how much of a link has arrived, 0 to 1, with every piece. */
  readonly onShare?: (source: Source, share: number) => void;
  readonly limits?: Partial<DownloadLimits>;
  /** Waits before the second, third, ... try, milliseconds; a server may ask for longer. */
  readonly backOff?: readonly number[];
  /** Downloads at once. */
  readonly atOnce?: number;
  /** Memory for downloads under way and for those that wait for a worker, bytes. */
  readonly memory?: number;
  /** From 0 to 1: spreads tries that failed together. */
  readonly random?: () => number;
  readonly lookup?: typeof lookup;
}

const defaultMemory = 1024 ** 3;
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
    memory = defaultMemory,
    random = Math.random,
  } = options;
  const limits = { ...defaultDownloadLimits, ...options.limits };
  const guard = guardedLookup(allowPrivate, options.lookup);
  const kept = new Map<Source, Uint8Array>();
  const room = createDownloadRoom({ atOnce, bytes: memory, largest: limits.bytes });

  async function downloadPatiently(source: Source, url: URL, signal: AbortSignal): Promise<Downloaded> {
    for (let failures = 0; ; failures += 1) {
      try {
        const onShare = (share: number): void => options.onShare?.(source, share);
        return await download(url, { limits, allowPrivate, lookup: guard, clock, signal, onShare });
      } catch (error) {
        const failure = asMillraceError(error);
        const wait = waitAfter(failure, failures);
        if (wait === undefined) throw failure;
        await untilCalled(signal, (resolve) => clock.after(wait, resolve));
      }
    }
  }

  function waitAfter(error: MillraceError, failures: number): number | undefined {
    const own = backOff[failures];
    if (!error.retriable || own === undefined) return undefined;
    const asked = error instanceof RetryLater ? error.afterMs : 0;
    return asked > longestWait ? undefined : Math.max(asked, own * (0.5 + random() / 2));
  }

  function release(source: Source): void {
    const bytes = kept.get(source);
    if (bytes === undefined) return;
    kept.delete(source);
    room.drop(bytes.byteLength);
  }

  return {
    async head(source, signal) {
      const url = parseLink(source);
      release(source);
      await room.enter(signal);
      let bytes: Uint8Array | undefined;
      try {
        const found = await downloadPatiently(source, url, signal);
        if (found.bytes.byteLength === 0) {
          throw new MillraceError('empty-file', `${url.href} is empty. Check the address.`);
        }
        const stem = linkName(found.url, found.disposition);
        bytes = found.bytes;
        kept.set(source, bytes);
        return describe(bytes, { bytes: bytes.byteLength, stem, modifiedMs: found.modifiedMs });
      } finally {
        room.leave(bytes?.byteLength ?? 0);
      }
    },
    read(source) {
      const bytes = kept.get(source);
      if (bytes !== undefined) return Promise.resolve(bytes);
      return Promise.reject(new MillraceError('internal', 'A link was read before its head.'));
    },
    // It was downloaded once and is in memory.
    unchanged: () => Promise.resolve(),
    release,
  };
}

/** @throws MillraceError `link-invalid` */
function parseLink(source: Source): URL {
  const text = source.kind === 'link' ? source.url : source.path;
  const url = URL.parse(text);
  if (url !== null && (url.username !== '' || url.password !== '')) {
    throw new MillraceError(
      'link-invalid',
      `The address at ${url.host} has a password in it, which may end up in logs. Save the picture with a browser and add the file.`,
    );
  }
  if (url === null || (url.protocol !== 'http:' && url.protocol !== 'https:')) {
    throw new MillraceError(
      'link-invalid',
      `${text} is not an address that starts with http:// or https://.`,
    );
  }
  return url;
}
