import type { Pixels } from './pixels.ts';

/** Samples to look at, row by row. */
export type Samples = Pick<Pixels, 'data' | 'width' | 'channels' | 'bitDepth'>;

/** A rectangle of a picture, pixels. Frames lie one below the other. */
export interface Block {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** Enough that nothing the size of an eye's glance is missed, few enough that looking costs about a millisecond. */
const maxBlocks = 1024;

/** Blocks that lie evenly over `width` x `rows` pixels. */
export function spreadBlocks(width: number, rows: number, edge: number): Block[] {
  const [across, down] = [Math.min(edge, width), Math.min(edge, rows)];
  const all = Math.floor(width / across) * Math.floor(rows / down);
  const step = Math.max(1, Math.ceil(Math.sqrt(all / maxBlocks)));
  const blocks: Block[] = [];
  for (let top = 0; top + down <= rows; top += down * step)
    for (let left = 0; left + across <= width; left += across * step)
      blocks.push({ left, top, width: across, height: down });
  return blocks;
}

/** The same block in a picture that is larger by these factors, to the nearest pixel. */
export function enlarged({ left, top, width, height }: Block, across: number, down: number): Block {
  const [x, y] = [Math.round(left * across), Math.round(top * down)];
  return {
    left: x,
    top: y,
    width: Math.max(1, Math.round((left + width) * across) - x),
    height: Math.max(1, Math.round((top + height) * down) - y),
  };
}

/** Of 255: below it a colour is a guess. */
export const leastOpacity = 64;

/**
 * The mean of each block: red, green, blue and opacity, 0 to 255. Colours count by their opacity, as they do for eyes;
 * of a block in which hardly anything is opaque they are 0.
 */
export function blockMeans(samples: Samples, blocks: readonly Block[]): Float64Array {
  const means = new Float64Array(blocks.length * 4);
  const meanOf = samples.channels === 3 ? opaqueMean : weightedMean;
  for (const [index, block] of blocks.entries()) means.set(meanOf(samples, block), index * 4);
  return means;
}

type Mean = [red: number, green: number, blue: number, opacity: number];

/** Of what has no opacity, as most pictures: with weights it takes half as long again. */
function opaqueMean({ data, width, bitDepth }: Samples, block: Block): Mean {
  let red = 0;
  let green = 0;
  let blue = 0;
  for (let row = 0; row < block.height; row += 1) {
    const from = ((block.top + row) * width + block.left) * 3;
    const to = from + block.width * 3;
    for (let at = from; at < to; at += 3) {
      red += data[at] ?? 0;
      green += data[at + 1] ?? 0;
      blue += data[at + 2] ?? 0;
    }
  }
  const share = (bitDepth === 16 ? 1 / 257 : 1) / (block.width * block.height);
  return [red * share, green * share, blue * share, 255];
}

function weightedMean({ data, width, channels, bitDepth }: Samples, block: Block): Mean {
  const unit = bitDepth === 16 ? 1 / 257 : 1;
  const pixels = block.width * block.height;
  let [red, green, blue, opacity] = [0, 0, 0, 0];
  for (let row = 0; row < block.height; row += 1) {
    const from = ((block.top + row) * width + block.left) * channels;
    for (let at = from; at < from + block.width * channels; at += channels) {
      const weight = channels === 4 ? (data[at + 3] ?? 0) : 1;
      red += (data[at] ?? 0) * weight;
      if (channels === 1) continue;
      green += (data[at + 1] ?? 0) * weight;
      blue += (data[at + 2] ?? 0) * weight;
      opacity += weight;
    }
  }
  if (channels === 1) return [(red * unit) / pixels, (red * unit) / pixels, (red * unit) / pixels, 255];
  const opaque = (opacity * unit) / pixels;
  const share = opaque < leastOpacity ? 0 : unit / opacity;
  return [red * share, green * share, blue * share, opaque];
}
