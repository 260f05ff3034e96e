import { giveBack } from '../../contract/give-back.ts';
import type { Pixels } from './pixels.ts';

/** The memory of the pictures that a job makes on its way. */
export interface PixelMemory {
  /** Gives the same pixels back, and remembers them. */
  hold(pixels: Pixels): Pixels;
  /** Gives the memory of all of them back at once. None may be read any more: they are empty from now on. */
  release(): void;
}

export function createPixelMemory(): PixelMemory {
  const held = new Set<Pixels['data']>();
  return {
    hold(pixels) {
      held.add(pixels.data);
      return pixels;
    },
    release() {
      for (const data of held) giveBack(data);
    },
  };
}
