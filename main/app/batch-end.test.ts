import { describe, expect, it } from 'vitest';
import type { BatchView } from '../../contract/app-state.ts';
import { batchEnd } from './batch-end.ts';

function deskWith(state: BatchView['state'] | undefined) {
  const listeners = new Set<{ viewChanged(): void }>();
  const desk = { state, resumed: 0, over: false };
  const end = batchEnd({
    get batch() {
      return desk.state === undefined ? undefined : { state: desk.state, resume: () => (desk.resumed += 1) };
    },
    watch(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  }).then(() => (desk.over = true));
  return {
    desk,
    end,
    listeners,
    become(next: BatchView['state'] | undefined) {
      desk.state = next;
      for (const listener of listeners) listener.viewChanged();
      return new Promise<void>((resolve) => setImmediate(resolve));
    },
  };
}

describe('batchEnd', () => {
  it.each([undefined, 'ended', 'stopped'] as const)('has come when the batch is %s', async (state) => {
    const { end, listeners } = deskWith(state);
    await end;
    expect(listeners.size).toBe(0);
  });

  it.each(['paused', 'held'] as const)('is worked towards when the batch is %s', async (state) => {
    const { desk, become, listeners } = deskWith(state);
    expect(desk.resumed).toBe(1);
    await become('working');
    await become('cancelling');
    expect(desk.over).toBe(false);
    await become('ended');
    expect(desk.over).toBe(true);
    expect(listeners.size).toBe(0);
  });

  it('has come when the batch is taken out of the window', async () => {
    const { desk, become } = deskWith('working');
    expect(desk.resumed).toBe(0);
    await become(undefined);
    expect(desk.over).toBe(true);
  });
});
