/** V8 says so only in words, on standard error or in Electron's `error` event, before it aborts. */
const words = /FATAL ERROR: .*(?:out of memory|heap limit|Allocation failed)|JavaScript heap out of memory/i;

/** Whether the last words of a process say that it died because its JavaScript heap was full. */
export function heapIsFull(output: string): boolean {
  return words.test(output);
}
