import { describe, expect, it } from 'vitest';
import { createDownloadRoom, type DownloadRoom } from './download-room.ts';

const never = new AbortController().signal;

/** Who has been let in so far. */
function line(room: DownloadRoom, names: string): { readonly inside: string[] } {
  const inside: string[] = [];
  for (const name of names) void room.enter(never).then(() => inside.push(name));
  return { inside };
}

async function settled(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
}

describe('the room for downloads', () => {
  it('takes so many at once, in the order they came', async () => {
    const room = createDownloadRoom({ atOnce: 2, bytes: 1000, largest: 10 });
    const { inside } = line(room, 'abcd');
    await settled();
    expect(inside).toEqual(['a', 'b']);
    room.leave(0);
    await settled();
    expect(inside).toEqual(['a', 'b', 'c']);
  });

  it('never holds more than its bytes, counting what is under way as its largest', async () => {
    const room = createDownloadRoom({ atOnce: 9, bytes: 100, largest: 40 });
    const { inside } = line(room, 'abcd');
    await settled();
    expect(inside).toEqual(['a', 'b']);
    room.leave(30);
    await settled();
    expect(inside).toEqual(['a', 'b']);
    room.leave(20);
    await settled();
    expect(inside).toEqual(['a', 'b', 'c']);
    room.drop(30);
    await settled();
    expect(inside).toEqual(['a', 'b', 'c', 'd']);
  });

  it('lets one in alone that is larger than the room', async () => {
    const room = createDownloadRoom({ atOnce: 9, bytes: 10, largest: 40 });
    const { inside } = line(room, 'ab');
    await settled();
    expect(inside).toEqual(['a']);
    room.leave(30);
    await settled();
    expect(inside).toEqual(['a']);
    room.drop(30);
    await settled();
    expect(inside).toEqual(['a', 'b']);
  });

  it('forgets who gives up waiting', async () => {
    const room = createDownloadRoom({ atOnce: 1, bytes: 100, largest: 10 });
    await room.enter(never);
    const controller = new AbortController();
    const waiting = room.enter(controller.signal);
    const { inside } = line(room, 'b');
    controller.abort();
    await expect(waiting).rejects.toMatchObject({ code: 'cancelled' });
    await expect(room.enter(controller.signal)).rejects.toMatchObject({ code: 'cancelled' });
    room.leave(0);
    await settled();
    expect(inside).toEqual(['b']);
  });
});
