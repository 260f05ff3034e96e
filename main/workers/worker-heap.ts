/**
 * V8's options for a worker. Its heap is small, since pixels live outside it, and is looked through whenever a picture
 * has come and gone: by the thread that waits for the codec anyway, not by four more that take the cores from the codecs.
 *
 * @param megabytes limit of the JavaScript heap
 */
export function heapFlags(megabytes: number): readonly string[] {
  return [`--max-old-space-size=${String(megabytes)}`, '--single-threaded-gc'];
}

/** V8 says so only in words, on standard error or in Electron's `error` event, before it aborts. */
const words = /FATAL ERROR: .*(?:out of memory|heap limit|Allocation failed)|JavaScript heap out of memory/i;

/** Whether the last words of a process say that it died because its JavaScript heap was full. */
export function heapIsFull(output: string): boolean {
  return words.test(output);
}
