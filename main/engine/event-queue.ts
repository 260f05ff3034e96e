import { createFifo } from './fifo.ts';

/** Events for one reader, in order. The writer asks `backlog` and holds back when the reader is slow. */
export interface EventQueue<E> extends AsyncIterable<E> {
  readonly backlog: number;
  /** Settles when the reader has taken everything there was, or when nobody will any more. */
  drained(): Promise<void>;
  push(event: E): void;
  /** No more events; what is queued is still delivered. */
  close(): void;
}

/** @param onDrained called when the reader has taken everything there was */
export function createEventQueue<E extends object>(onDrained: () => void): EventQueue<E> {
  const events = createFifo<E>();
  let closed = false;
  let wake: (() => void) | undefined;
  const waitingForReader: (() => void)[] = [];

  function notify(): void {
    wake?.();
    wake = undefined;
  }

  function letWritersGo(): void {
    for (const resolve of waitingForReader.splice(0)) resolve();
  }

  async function* read(): AsyncGenerator<E, void, undefined> {
    try {
      for (;;) {
        for (let event = events.shift(); event !== undefined; event = events.shift()) yield event;
        if (closed) return;
        letWritersGo();
        onDrained();
        if (events.size > 0) continue;
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    } finally {
      closed = true;
      events.clear();
      letWritersGo();
    }
  }

  const reader = read();
  return {
    get backlog() {
      return events.size;
    },
    drained() {
      if (closed || events.size === 0) return Promise.resolve();
      return new Promise((resolve) => waitingForReader.push(resolve));
    },
    push(event) {
      if (closed) return;
      events.push(event);
      notify();
    },
    close() {
      closed = true;
      letWritersGo();
      notify();
    },
    [Symbol.asyncIterator]: () => reader,
  };
}
