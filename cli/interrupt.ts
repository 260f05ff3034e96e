/** How a run was asked to stop from outside. */
export type Interruption = 'SIGINT' | 'SIGTERM' | 'SIGHUP' | 'EPIPE';

/**
 * Calls back at the first Ctrl-C, polite kill, closed terminal or reader that went away; a second signal ends the
 * process at once, with everything that dies with it.
 */
export function onInterruption(callback: (interruption: Interruption) => void): void {
  let interrupted = false;

  function interrupt(interruption: Interruption): void {
    if (interrupted) {
      if (interruption !== 'EPIPE') process.exit(exitCodeOf(interruption));
      return;
    }
    interrupted = true;
    callback(interruption);
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
