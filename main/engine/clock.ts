import type { Clock } from './world.ts';

/**
 * The machine's own time, unmoved when someone sets the wall clock. A timer keeps the process alive, since someone may
 * wait for it (a job for a slot that backs off); whoever no longer does must forget it.
 */
export const systemClock: Clock = {
  now: () => performance.now(),
  after(ms, callback) {
    const timer = setTimeout(callback, ms);
    return () => {
      clearTimeout(timer);
    };
  },
};
