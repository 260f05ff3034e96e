import type { Source } from '../../contract/batch.ts';
import type { SourceHead, SourceReader } from '../engine/world.ts';

/** Links as jobs read them, and as someone looks at them: what a job has downloaded is not asked for a second time. */
export interface RecentLinks {
  readonly jobs: SourceReader;
  readonly looks: SourceReader;
}

interface Arrived {
  readonly head: SourceHead;
  readonly bytes: Uint8Array;
}

const defaultMemory = 128 * 1024 ** 2;

/** @param memory for downloads that jobs do not need any more, bytes; the oldest go first */
export function createRecentLinks(links: SourceReader, memory = defaultMemory): RecentLinks {
  const heads = new WeakMap<Source, SourceHead>();
  const looked = new WeakMap<Source, Arrived>();
  /** By address, oldest first: a map lists its keys in the order they were set. */
  const recent = new Map<string, Arrived>();
  let used = 0;

  function drop(address: string): void {
    used -= recent.get(address)?.bytes.byteLength ?? 0;
    recent.delete(address);
  }

  function keep(address: string, arrived: Arrived): void {
    drop(address);
    recent.set(address, arrived);
    used += arrived.bytes.byteLength;
    for (const oldest of recent.keys()) {
      if (used <= memory) return;
      drop(oldest);
    }
  }

  return {
    jobs: {
      async head(source, signal) {
        const head = await links.head(source, signal);
        heads.set(source, head);
        // It has arrived already, and is looked at long before its turn.
        keep(addressOf(source), { head, bytes: await links.read(source, signal) });
        return head;
      },
      async read(source, signal) {
        const bytes = await links.read(source, signal);
        const head = heads.get(source);
        if (head !== undefined) keep(addressOf(source), { head, bytes });
        return bytes;
      },
      unchanged: links.unchanged,
      release: links.release,
    },
    looks: {
      head(source, signal) {
        const arrived = recent.get(addressOf(source));
        if (arrived === undefined) return links.head(source, signal);
        looked.set(source, arrived);
        return Promise.resolve(arrived.head);
      },
      read(source, signal) {
        const arrived = looked.get(source);
        return arrived === undefined ? links.read(source, signal) : Promise.resolve(arrived.bytes);
      },
      unchanged: links.unchanged,
      release: links.release,
    },
  };
}

function addressOf(source: Source): string {
  return source.kind === 'link' ? source.url : source.path;
}
