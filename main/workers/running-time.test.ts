import { describe, expect, it } from 'vitest';
import { createFakeClock } from '../../tests/fixtures/fake-clock.ts';
import { afterRunning, type CoreTime } from './running-time.ts';

/** A process that gets a share of a core and waits for another; both of a whole one, 1. */
function overdueAt(had: number, waited: number): number | undefined {
  const clock = createFakeClock();
  let overdue: number | undefined;
  afterRunning(
    8000,
    () => {
      overdue = clock.now();
    },
    { clock, coreTime: () => ({ hadMs: clock.now() * had, waitedMs: clock.now() * waited }) },
  );
  for (let second = 0; second < 3600 && overdue === undefined; second += 1) clock.advance(1000);
  return overdue;
}

describe('time to run', () => {
  it('is over when it has been had, or when nothing was done with it', () => {
    expect(overdueAt(1, 0)).toBe(8000);
    expect(overdueAt(0, 0)).toBe(8000);
  });

  it('is not over while others have the cores', () => {
    // The first eighth counts in full: nothing is known of it.
    expect(overdueAt(0.5, 0.5)).toBe(15_000);
    expect(overdueAt(0.125, 0.875)).toBe(57_000);
    expect(overdueAt(0, 1)).toBeUndefined();
  });

  it('is had by a process whose threads wait for each other', () => {
    expect(overdueAt(1, 7)).toBe(8000);
    expect(overdueAt(4, 4)).toBe(8000);
  });

  it('goes by the clock where the system does not tell, and where threads have ended with what they had', () => {
    const clock = createFakeClock();
    const overdue: number[] = [];
    const note = (): void => {
      overdue.push(clock.now());
    };
    afterRunning(800, note, { clock, coreTime: () => undefined });
    const shrinking: CoreTime[] = Array.from({ length: 8 }, (_, index) => ({
      hadMs: 800 - 100 * index,
      waitedMs: 800 - 100 * index,
    }));
    afterRunning(800, note, { clock, coreTime: () => shrinking.shift() });
    clock.advance(800);
    expect(overdue).toEqual([800, 800]);
  });

  it('is not asked for once it is of no interest', () => {
    const clock = createFakeClock();
    let asked = 0;
    const forget = afterRunning(800, () => expect.unreachable(), {
      clock,
      coreTime() {
        asked += 1;
        return undefined;
      },
    });
    clock.advance(150);
    forget();
    clock.advance(10_000);
    expect(asked).toBe(1);
  });
});
