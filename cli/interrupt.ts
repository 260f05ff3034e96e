/** How a run was asked to stop from outside. */
export type Interruption = 'SIGINT' | 'SIGTERM' | 'SIGHUP' | 'EPIPE';

/** One Ctrl-C may be told twice, by the terminal or `timeout` and by the launcher; nobody presses it that fast. */
const sameMs = 300;

/**
 * Calls back at the first Ctrl-C, polite kill, closed terminal or reader that went away; a second signal ends the
 * process at once, with everything that dies with it.
 */
export function onInterruption(callback: (interruption: Interruption) => void): void {
  let interruptedAt: number | undefined;

  function interrupt(interruption: Interruption): void {
    if (interruptedAt === undefined) {
      interruptedAt = performance.now();
      callback(interruption);
    } else if (interruption !== 'EPIPE' && performance.now() - interruptedAt > sameMs) {
      process.exit(exitCodeOf(interruption));
    }
  }

  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      interrupt(signal);
    });
  }
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
    interrupt('EPIPE');
  });
}

/** 128 + the number of the signal, as shells report it; whoever closes our output has seen enough. */
export function exitCodeOf(interruption: Interruption): number {
  return { SIGHUP: 129, SIGINT: 130, SIGTERM: 143, EPIPE: 130 }[interruption];
}
