import { describe, expect, it } from 'vitest';
import { createEventQueue } from './event-queue.ts';
import { createFifo } from './fifo.ts';

describe('the event queue', () => {
  it('delivers in order, and what is queued even after it is closed', async () => {
    const queue = createEventQueue<{ n: number }>(() => undefined);
    queue.push({ n: 1 });
    queue.push({ n: 2 });
    queue.close();
    queue.push({ n: 3 });
    const told: number[] = [];
    for await (const { n } of queue) told.push(n);
    expect(told).toEqual([1, 2]);
  });

  it('tells its backlog and when the reader has caught up', async () => {
    let drained = 0;
    const queue = createEventQueue<{ n: number }>(() => {
      drained += 1;
    });
    queue.push({ n: 1 });
    queue.push({ n: 2 });
    expect(queue.backlog).toBe(2);
    const reader = queue[Symbol.asyncIterator]();
    await reader.next();
    expect(queue.backlog).toBe(1);
    await reader.next();
    const third = reader.next();
    await Promise.resolve();
    expect(drained).toBe(1);
    queue.push({ n: 3 });
    expect(await third).toEqual({ done: false, value: { n: 3 } });
  });

  it('lets a writer wait until the reader has caught up, or is gone', async () => {
    const queue = createEventQueue<{ n: number }>(() => undefined);
    await queue.drained();
    queue.push({ n: 1 });
    let gone = 0;
    void queue.drained().then(() => (gone += 1));
    const reader = queue[Symbol.asyncIterator]();
    await reader.next();
    expect(gone).toBe(0);
    void reader.next();
    await queue.drained();
    expect(gone).toBe(1);

    const abandoned = createEventQueue<{ n: number }>(() => undefined);
    abandoned.push({ n: 1 });
    const waiting = abandoned.drained();
    for await (const event of abandoned) if (event.n === 1) break;
    await waiting;

    const closed = createEventQueue<{ n: number }>(() => undefined);
    closed.push({ n: 1 });
    const also = closed.drained();
    closed.close();
    await also;
  });

  it('forgets events when the reader has left', async () => {
    const queue = createEventQueue<{ n: number }>(() => undefined);
    queue.push({ n: 1 });
    for await (const event of queue) {
      expect(event.n).toBe(1);
      break;
    }
    queue.push({ n: 2 });
    expect(queue.backlog).toBe(0);
  });
});

describe('the fifo', () => {
  it('keeps order through many pushes and shifts', () => {
    const fifo = createFifo<number>();
    const out: number[] = [];
    for (let n = 0; n < 10_000; n += 1) {
      fifo.push(n);
      if (n % 3 === 0) out.push(fifo.shift() ?? -1);
    }
    for (let n = fifo.shift(); n !== undefined; n = fifo.shift()) out.push(n);
    expect(out).toEqual(Array.from({ length: 10_000 }, (_, n) => n));
    expect(fifo.size).toBe(0);
  });
});
