/**
 * Whether the boxes of an AVIF follow one another to its very end, with what describes the picture and the picture itself
 * once each among them (ISO/IEC 14496-12, 4.2): one that is cut off, or has something written into it, does not.
 */
export function hasWholeBoxes(bytes: Uint8Array): boolean {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const types: string[] = [];
  let at = 0;
  while (at + 8 <= bytes.length) {
    const length = view.getUint32(at);
    // Lengths of 0 and 1 are for boxes without an end and of more than 4 GB, which no encoder of pictures writes.
    if (length < 8) return false;
    types.push(String.fromCharCode(...bytes.subarray(at + 4, at + 8)));
    at += length;
  }
  return at === bytes.length && types.filter((type) => needed.includes(type)).join() === needed.join();
}

const needed = ['ftyp', 'meta', 'mdat'];
