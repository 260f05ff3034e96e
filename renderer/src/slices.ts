import { ref, type Ref } from 'vue';

/** As long as the page may work without letting it draw, milliseconds. */
const sliceMs = 8;

/** Lets the page draw when it has worked for a slice. Call it often; it is cheap until then. */
export function createBreather(): () => Promise<void> | undefined {
  let since = performance.now();
  return () => {
    if (performance.now() - since < sliceMs) return undefined;
    return letDraw().then(() => {
      since = performance.now();
    });
  };
}

/**
 * Settles in a task of its own, before which the page may draw. By a message, since a timer waits for up to a minute while
 * the window is hidden.
 */
export function letDraw(): Promise<void> {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(undefined);
  });
}

/**
 * False while what uses it is drawn for the first time, true from a later task on: parts of a screen that are too much for
 * one task are drawn one after the other.
 */
export function useLater(): Readonly<Ref<boolean>> {
  const isLater = ref(false);
  void letDraw().then(() => (isLater.value = true));
  return isLater;
}

/** Merge sort in slices: stable, and the page stays smooth with a hundred thousand rows. */
export async function sortInSlices<T>(items: readonly T[], compare: (a: T, b: T) => number): Promise<T[]> {
  const breathe = createBreather();
  let from = [...items];
  let to: T[] = from.slice();
  for (let width = 1; width < from.length; width *= 2) {
    for (let start = 0; start < from.length; start += 2 * width) {
      merge(
        from,
        to,
        start,
        Math.min(start + width, from.length),
        Math.min(start + 2 * width, from.length),
        compare,
      );
      await breathe();
    }
    [from, to] = [to, from];
  }
  return from;
}

function merge<T>(
  from: readonly T[],
  to: T[],
  start: number,
  middle: number,
  end: number,
  compare: (a: T, b: T) => number,
): void {
  let left = start;
  let right = middle;
  for (let at = start; at < end; at += 1) {
    const a = from[left] as T;
    const b = from[right] as T;
    if (left < middle && (right >= end || compare(a, b) <= 0)) {
      to[at] = a;
      left += 1;
    } else {
      to[at] = b;
      right += 1;
    }
  }
}
