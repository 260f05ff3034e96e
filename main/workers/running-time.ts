import { readdirSync, readFileSync } from 'node:fs';
import type { Clock } from '../engine/world.ts';

// Workers give way to everything else on the machine. While a film is being encoded beside them a picture of a second takes
// half a minute, and has done nothing wrong. What a process waits for a core is therefore not held against it.

/** What all threads of a process have had of the cores, and what they have waited for one, milliseconds since its start. */
export interface CoreTime {
  readonly hadMs: number;
  readonly waitedMs: number;
}

export interface RunningTimeOptions {
  readonly clock: Clock;
  /** Undefined where the system does not tell: then the clock alone counts. */
  readonly coreTime: () => CoreTime | undefined;
}

/** Between two looks a machine may sleep for hours: a slice of time counts as such, however long it took. */
const slices = 8;

/**
 * Calls back once a process has had time to run for so many milliseconds, whether or not it has used it.
 *
 * @returns forgets it
 */
export function afterRunning(
  ms: number,
  callback: () => void,
  { clock, coreTime }: RunningTimeOptions,
): () => void {
  const slice = ms / slices;
  let passed = 0;
  let first: CoreTime | undefined;
  let firstAt = 0;
  let withoutCore = 0;
  let forget = clock.after(slice, look);

  // The first look is at what a process has had before, in other jobs. Most jobs end before it.
  function look(): void {
    passed += slice;
    const now = coreTime();
    if (first === undefined) {
      first = now;
      firstAt = passed;
    } else if (now !== undefined) {
      // Since the first look, because a wait counts when it ends; and less when threads end, with what they had.
      withoutCore = Math.max(withoutCore, timeWithoutCore(passed - firstAt, first, now));
    }
    if (passed - withoutCore >= ms) callback();
    else forget = clock.after(slice, look);
  }

  return () => {
    forget();
  };
}

/** How long of so many milliseconds a process could not run for want of a core. Not what its threads wait for each other. */
function timeWithoutCore(ms: number, before: CoreTime, now: CoreTime): number {
  return Math.min(now.waitedMs - before.waitedMs, ms - (now.hadMs - before.hadMs));
}

/**
 * Asks Linux; undefined elsewhere, and of a process that has ended. Threads that have ended are left out, with what they had.
 *
 * Source: docs.kernel.org/scheduler/sched-stats.html, `/proc/<pid>/schedstat`: nanoseconds on a core, and waiting for one
 */
export function coreTimeOf(pid: number | undefined): CoreTime | undefined {
  if (process.platform !== 'linux' || pid === undefined) return undefined;
  try {
    const threads = `/proc/${String(pid)}/task`;
    const times = readdirSync(threads).map((thread) =>
      readFileSync(`${threads}/${thread}/schedstat`, 'latin1').split(' ').map(Number),
    );
    return {
      hadMs: times.reduce((sum, [had = 0]) => sum + had, 0) / 1e6,
      waitedMs: times.reduce((sum, [, waited = 0]) => sum + waited, 0) / 1e6,
    };
  } catch {
    // The process has ended, or one of its threads just now; or the kernel was built without.
    return undefined;
  }
}
