import { cancelled } from '../../contract/errors.ts';

/** Lets only so many do something at once; the others wait in line. */
export interface Turns {
  /** @throws MillraceError `cancelled` when the signal fires first; and what `act` rejects with */
  take<T>(signal: AbortSignal, act: () => Promise<T>): Promise<T>;
}

export function createTurns(atOnce: number): Turns {
  const line = new Set<() => void>();
  let taken = 0;

  function wait(signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const go = (): void => {
        signal.removeEventListener('abort', giveUp);
        resolve();
      };
      const giveUp = (): void => {
        line.delete(go);
        reject(cancelled());
      };
      signal.addEventListener('abort', giveUp, { once: true });
      line.add(go);
    });
  }

  return {
    async take(signal, act) {
      if (signal.aborted) throw cancelled();
      if (taken < atOnce) taken += 1;
      else await wait(signal);
      try {
        return await act();
      } finally {
        // A turn is handed on, so that nobody slips in between.
        const [next] = line;
        if (next === undefined) taken -= 1;
        else {
          line.delete(next);
          next();
        }
      }
    },
  };
}
