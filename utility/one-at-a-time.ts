/**
 * Gives turns: what is asked for is begun when everything asked for before has ended, well or badly. The next one's bytes
 * may thus arrive while the one before is worked on.
 */
export function oneAtATime(): <Result>(work: () => Promise<Result>) => Promise<Result> {
  let last: Promise<unknown> = Promise.resolve();
  return (work) => {
    const result = last.then(work);
    // Its own caller hears of a failure; the next one only waits for the end.
    last = result.catch(() => undefined);
    return result;
  };
}
