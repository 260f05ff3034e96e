/** Few enough that a slice takes about a millisecond, whatever is done to a job. */
const sliceLength = 250;

/** Does something to each of many items, and lets everybody else have a turn in between. The first slice is done at once. */
export async function inSlices<T>(items: Iterable<T>, act: (item: T) => void): Promise<void> {
  let done = 0;
  for (const item of items) {
    act(item);
    done += 1;
    if (done % sliceLength === 0) await new Promise((resolve) => setImmediate(resolve));
  }
}
