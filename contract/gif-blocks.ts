/** A block of a GIF: where it begins, and where the one behind it does. */
export interface GifBlock {
  readonly at: number;
  /** Beyond the bytes when the block is cut off. */
  readonly next: number;
}

export const gifExtension = 0x21;
export const gifImageDescriptor = 0x2c;

/** Where the first block begins: behind the header and the colour table (GIF89a, sections 17 to 19). */
export function firstGifBlock(bytes: Uint8Array): number {
  return 13 + colourTableLength(bytes[10]);
}

/** Extensions and images one behind the other (GIF89a, sections 15 to 26), up to the trailer or what decoders take for it. */
export function* gifBlocks(bytes: Uint8Array): Generator<GifBlock, undefined, undefined> {
  for (let at = firstGifBlock(bytes); ;) {
    const next = endOfBlock(bytes, at);
    if (next === undefined) return undefined;
    yield { at, next };
    at = next;
  }
}

function endOfBlock(bytes: Uint8Array, at: number): number | undefined {
  switch (bytes[at]) {
    case gifExtension:
      return endOfSubBlocks(bytes, at + 2);
    case gifImageDescriptor:
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
