/** First in, first out, at constant cost however long it gets (an array's `shift` moves everything behind it). */
export interface Fifo<T> {
  readonly size: number;
  push(item: T): void;
  shift(): T | undefined;
  clear(): void;
}

/** Taken items are cut off in blocks of at least this many. */
const block = 1024;

export function createFifo<T>(): Fifo<T> {
  let items: T[] = [];
  let taken = 0;
  return {
    get size() {
      return items.length - taken;
    },
    push(item) {
      items.push(item);
    },
    shift() {
      if (taken === items.length) return undefined;
      const item = items[taken++];
      if (taken >= block && taken * 2 >= items.length) {
        items = items.slice(taken);
        taken = 0;
      }
      return item;
    },
    clear() {
      items = [];
      taken = 0;
    },
  };
}
