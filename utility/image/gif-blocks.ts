/**
 * Whether every block of a GIF that was begun is there to its end (GIF89a, sections 15 to 27). Decoders show what there
 * is of a cut-off file without a word. The trailer alone may be missing: some encoders leave it out.
 */
export function isWholeGif(bytes: Uint8Array): boolean {
  let at = 13 + colourTableLength(bytes[10]);
  while (at < bytes.length) {
    const next = endOfBlock(bytes, at);
    if (next === undefined) return true;
    at = next;
  }
  return at === bytes.length;
}

/** Whether there is a comment in it (GIF89a, section 24). */
export function hasGifComment(bytes: Uint8Array): boolean {
  let at = 13 + colourTableLength(bytes[10]);
  for (;;) {
    const next = endOfBlock(bytes, at);
    if (next === undefined) return false;
    if (bytes[at] === extension && bytes[at + 1] === commentLabel) return true;
    at = next;
  }
}

const extension = 0x21;
const commentLabel = 0xfe;
const imageDescriptor = 0x2c;

/** Behind the block that begins there; undefined for the trailer, or what decoders take for it. */
function endOfBlock(bytes: Uint8Array, at: number): number | undefined {
  switch (bytes[at]) {
    case extension:
      return endOfSubBlocks(bytes, at + 2);
    case imageDescriptor:
      return endOfSubBlocks(bytes, at + 11 + colourTableLength(bytes[at + 9]));
    default:
      return undefined;
  }
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
