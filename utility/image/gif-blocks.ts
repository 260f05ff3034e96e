/**
 * Whether every block of a GIF that was begun is there to its end (GIF89a, sections 15 to 27). Decoders show what there
 * is of a cut-off file without a word. The trailer alone may be missing: some encoders leave it out.
 */
export function isWholeGif(bytes: Uint8Array): boolean {
  let at = 13 + colourTableLength(bytes[10]);
  while (at < bytes.length) {
    switch (bytes[at]) {
      case 0x21:
        at = endOfSubBlocks(bytes, at + 2);
        break;
      case 0x2c:
        at = endOfSubBlocks(bytes, at + 11 + colourTableLength(bytes[at + 9]));
        break;
      default:
        // The trailer, or what decoders take for it.
        return true;
    }
  }
  return at === bytes.length;
}

/** Bytes of the colour table that the packed field of a descriptor announces. */
function colourTableLength(packed = 0): number {
  return (packed & 0x80) === 0 ? 0 : 3 * 2 ** ((packed & 0x07) + 1);
}

/** Behind the empty block that ends a chain; beyond the file when it is cut off. */
function endOfSubBlocks(bytes: Uint8Array, from: number): number {
  let at = from;
  for (let length = bytes[at]; length !== 0; length = bytes[at]) {
    if (length === undefined) return bytes.length + 1;
    at += 1 + length;
  }
  return at + 1;
}
