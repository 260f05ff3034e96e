import { createFifo } from './fifo.ts';

/** Events for one reader, in order. The writer asks `backlog` and holds back when the reader is slow. */
export interface EventQueue<E> extends AsyncIterable<E> {
  readonly backlog: number;
  push(event: E): void;
  /** No more events; what is queued is still delivered. */
  close(): void;
}

/** @param onDrained called when the reader has taken everything there was */
export function createEventQueue<E extends object>(onDrained: () => void): EventQueue<E> {
  const events = createFifo<E>();
  let closed = false;
  let wake: (() => void) | undefined;

  function notify(): void {
    wake?.();
    wake = undefined;
  }

  async function* read(): AsyncGenerator<E, void, undefined> {
    try {
      for (;;) {
        for (let event = events.shift(); event !== undefined; event = events.shift()) yield event;
        if (closed) return;
        onDrained();
        if (events.size > 0) continue;
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    } finally {
      closed = true;
      events.clear();
    }
  }

  const reader = read();
  return {
    get backlog() {
      return events.size;
    },
    push(event) {
      if (closed) return;
      events.push(event);
      notify();
    },
    close() {
      closed = true;
      notify();
    },
    [Symbol.asyncIterator]: () => reader,
  };
}
