import { expect, it } from 'vitest';
import { createTurns } from './turns.ts';

const never = new AbortController().signal;

it('lets so many act at once, the others in order, also after one has failed', async () => {
  const turns = createTurns(2);
  const ends: (() => void)[] = [];
  const started: number[] = [];
  const all = [0, 1, 2, 3].map((number) =>
    turns.take(never, async () => {
      started.push(number);
      await new Promise<void>((resolve) => ends.push(resolve));
      if (number === 0) throw new Error('zero');
      return number;
    }),
  );
  const results = Promise.allSettled(all);
  await new Promise(setImmediate);
  expect(started).toEqual([0, 1]);
  for (let ended = 0; ended < 4; ended += 1) {
    ends[ended]?.();
    await new Promise(setImmediate);
  }
  expect(started).toEqual([0, 1, 2, 3]);
  expect((await results).map(({ status }) => status)).toEqual([
    'rejected',
    'fulfilled',
    'fulfilled',
    'fulfilled',
  ]);
});

it('forgets who does not want to wait any more', async () => {
  const turns = createTurns(1);
  const end = Promise.withResolvers<void>();
  const first = turns.take(never, () => end.promise);
  const giveUp = new AbortController();
  const second = turns.take(giveUp.signal, () => Promise.resolve('second'));
  giveUp.abort();
  await expect(second).rejects.toMatchObject({ code: 'cancelled' });
  await expect(turns.take(giveUp.signal, () => Promise.resolve())).rejects.toMatchObject({
    code: 'cancelled',
  });
  end.resolve();
  await first;
  expect(await turns.take(never, () => Promise.resolve('third'))).toBe('third');
});
