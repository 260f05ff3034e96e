import { cancelled } from '../../contract/errors.ts';

/**
 * Settles when somebody calls what `listen` is given, or rejects when the signal fires.
 *
 * @param listen gives back what ends the listening
 * @throws MillraceError `cancelled`
 */
export function untilCalled(signal: AbortSignal, listen: (resolve: () => void) => () => void): Promise<void> {
  return new Promise((resolve, reject) => {
    const forget = listen(() => {
      signal.removeEventListener('abort', abort);
      resolve();
    });
    const abort = (): void => {
      forget();
      reject(cancelled());
    };
    signal.addEventListener('abort', abort, { once: true });
  });
}
