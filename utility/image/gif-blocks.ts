import { firstGifBlock, gifBlocks, gifExtension } from '../../contract/gif-blocks.ts';

/**
 * Whether every block of a GIF that was begun is there to its end. Decoders show what there is of a cut-off file without a
 * word. The trailer alone may be missing: some encoders leave it out.
 */
export function isWholeGif(bytes: Uint8Array): boolean {
  let end = firstGifBlock(bytes);
  for (const { next } of gifBlocks(bytes)) end = next;
  return end <= bytes.length;
}

/** Whether there is a comment in it (GIF89a, section 24). */
export function hasGifComment(bytes: Uint8Array): boolean {
  for (const { at } of gifBlocks(bytes))
    if (bytes[at] === gifExtension && bytes[at + 1] === commentLabel) return true;
  return false;
}

const commentLabel = 0xfe;
