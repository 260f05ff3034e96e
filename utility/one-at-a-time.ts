/**
 * Makes a function take its calls one after another, in the order they came. The next call's bytes may thus arrive
 * while the one before is worked on.
 */
export function oneAtATime<Args extends readonly unknown[], Result>(
  work: (...args: Args) => Promise<Result>,
): (...args: Args) => Promise<Result> {
  let last: Promise<unknown> = Promise.resolve();
  return (...args) => {
    const result = last.then(() => work(...args));
    // Its own caller hears of a failure; the next call only waits for the end.
    last = result.catch(() => undefined);
    return result;
  };
}
