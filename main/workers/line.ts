import type { Run } from './lease.ts';

/**
 * Who waits for a worker: jobs first come first served, and before them those that someone wants to look at. However
 * many of these there are, they have half of the workers at most, and of a single one every other turn.
 */
export interface Line {
  readonly size: number;
  join(run: Run, place: Place): void;
  leave(run: Run): void;
  /** Whom the next free worker gets, taken out of the line; undefined when nobody may go now. */
  next(): Run | undefined;
  /**
   * Whom a worker may have in hand beside the one it works on. The last ones wait for whoever is free first, and nobody
   * is taken while someone ahead waits.
   */
  spare(): Run | undefined;
  /** It was taken out, and its turn never came: it is the next. */
  rejoin(run: Run): void;
  /** A run of those ahead is over. */
  aheadEnded(): void;
  /** Everybody, taken out. */
  clear(): Run[];
}

export type Place = 'ahead' | 'behind';

/** @param workers how many there are */
export function createLine(workers: number): Line {
  const ahead = new Set<Run>();
  const behind = new Set<Run>();
  const mostAhead = Math.max(1, Math.floor(workers / 2));
  let workingAhead = 0;
  let last: Place = 'behind';

  function takeFrom(place: Place): Run | undefined {
    const line = place === 'ahead' ? ahead : behind;
    const [run] = line;
    if (run === undefined) return undefined;
    line.delete(run);
    if (place === 'ahead') workingAhead += 1;
    last = place;
    return run;
  }

  function mayGoAhead(): boolean {
    if (workingAhead >= mostAhead) return false;
    return workers > 1 || last === 'behind' || behind.size === 0;
  }

  return {
    get size() {
      return behind.size + Math.min(ahead.size, Math.max(0, mostAhead - workingAhead));
    },
    join(run, place) {
      (place === 'ahead' ? ahead : behind).add(run);
    },
    leave(run) {
      ahead.delete(run);
      behind.delete(run);
    },
    next: () => (mayGoAhead() ? takeFrom('ahead') : undefined) ?? takeFrom('behind'),
    spare: () => (ahead.size > 0 || behind.size <= workers ? undefined : takeFrom('behind')),
    rejoin(run) {
      const others = [...behind];
      behind.clear();
      for (const each of [run, ...others]) behind.add(each);
    },
    aheadEnded() {
      workingAhead -= 1;
    },
    clear() {
      const all = [...ahead, ...behind];
      ahead.clear();
      behind.clear();
      return all;
    },
  };
}
