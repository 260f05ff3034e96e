import { gifBlocks, gifImageDescriptor } from '../../contract/gif-blocks.ts';

/** Frames that were begun, and where the last of them begins. */
export interface Begun {
  readonly frames: number;
  readonly lastAt: number;
}

/** Image descriptors among blocks of other kinds. */
export function gifFrames(bytes: Uint8Array): Begun {
  let [frames, lastAt] = [0, 0];
  for (const at of descriptors(bytes)) [frames, lastAt] = [frames + 1, at];
  return { frames, lastAt };
}

/**
 * Width and height that a GIF is decoded at, pixels: those of its canvas, or what its first frame covers where that is
 * more. Later frames are cut off at the canvas (libnsgif, as sharp has it).
 */
export function gifSize(bytes: Uint8Array): { readonly width: number; readonly height: number } | undefined {
  if (bytes.byteLength < 13) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let [width, height] = [view.getUint16(6, true), view.getUint16(8, true)];
  const { value: at } = descriptors(bytes).next();
  if (at !== undefined && at + 9 <= bytes.byteLength) {
    width = Math.max(width, view.getUint16(at + 1, true) + view.getUint16(at + 5, true));
    height = Math.max(height, view.getUint16(at + 3, true) + view.getUint16(at + 7, true));
  }
  return { width, height };
}

/** Where each of them begins. */
function* descriptors(bytes: Uint8Array): Generator<number, undefined, undefined> {
  for (const { at } of gifBlocks(bytes)) if (bytes[at] === gifImageDescriptor) yield at;
}
