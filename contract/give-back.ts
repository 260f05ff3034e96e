/**
 * Gives the memory of bytes back to the system at once; they are empty from now on. Left to the collector it is given
 * back some pictures later, and for every few tens of megabytes the whole heap is gone through. What is part of something
 * larger, as of a WebAssembly's memory, stays as it is.
 *
 * Only for bytes that nobody has any more, and no system call or codec is still at work on: it would find others there.
 */
export function giveBack({ buffer, byteLength }: ArrayBufferView): void {
  if (byteLength > 0 && buffer instanceof ArrayBuffer && buffer.byteLength === byteLength) buffer.transfer(0);
}
