import type { Pixels } from '../pixels.ts';

/** Tiles lie on multiples of this: the blocks of every encoder stay as they were in the whole picture. */
const grid = 16;

/** Tile edges: large tiles carry the coarse scales of the measure, small ones more places of a small picture. */
const largeTile = 256;
const smallTile = 128;

/** Montages of more pixels do not tell more. */
const mostPixels = 8 * largeTile ** 2;

/** Part of the picture that the montage may be: above it, trying the whole picture is as quick. */
const largestShare = 1 / 6;

/** Smaller pictures are tried whole: they take no time. */
const smallestPicture = 300_000;

interface Tile {
  readonly left: number;
  readonly top: number;
  /** Sum of differences of neighbouring samples: how much there is to encode. */
  readonly activity: number;
}

/**
 * Some tiles of a picture side by side, chosen so that calm and busy places have the share they have in the whole.
 * Undefined where the picture is too small for that to pay.
 */
export function makeMontage(pixels: Pixels): Pixels | undefined {
  const area = pixels.width * pixels.height;
  if (area < smallestPicture) return undefined;
  const size = Math.min(mostPixels, area * largestShare);
  const edge = size < mostPixels ? smallTile : largeTile;
  const count = evenBelow(size / edge ** 2);
  const tiles = tilesOf(pixels, edge);
  if (tiles.length < count || count < 4) return undefined;
  return assemble(pixels, representatives(tiles, count), edge);
}

function evenBelow(count: number): number {
  return Math.floor(count / 2) * 2;
}

function tilesOf(pixels: Pixels, edge: number): Tile[] {
  const tiles: Tile[] = [];
  for (const top of starts(pixels.height, edge)) {
    for (const left of starts(pixels.width, edge)) {
      tiles.push({ left, top, activity: activityOf(pixels, left, top, edge) });
    }
  }
  return tiles;
}

/** Tiles without gaps from the first edge on; the rest at the far edge is in none. */
function starts(length: number, edge: number): number[] {
  const step = Math.ceil(edge / grid) * grid;
  return Array.from({ length: Math.floor(length / step) }, (_, at) => at * step);
}

/** Every fourth row and column are enough for an order. */
const stride = 4;

function activityOf({ data, width, channels }: Pixels, left: number, top: number, edge: number): number {
  const line = width * channels;
  // Green stands for light.
  const channel = channels === 1 ? 0 : 1;
  let sum = 0;
  for (let y = top; y < top + edge - 1; y += stride) {
    for (let x = left; x < left + edge - 1; x += stride) {
      const at = y * line + x * channels + channel;
      const here = data[at] ?? 0;
      sum += Math.abs(here - (data[at + channels] ?? 0)) + Math.abs(here - (data[at + line] ?? 0));
    }
  }
  return sum;
}

/** The middle one of each of `count` equal parts, from calm to busy. */
function representatives(tiles: readonly Tile[], count: number): Tile[] {
  const sorted = [...tiles].sort((a, b) => a.activity - b.activity || a.top - b.top || a.left - b.left);
  return Array.from(
    { length: count },
    (_, part) => sorted[Math.floor(((part + 0.5) * sorted.length) / count)],
  )
    .filter((tile) => tile !== undefined)
    .sort((a, b) => a.top - b.top || a.left - b.left);
}

/** Two rows of tiles. */
function assemble(pixels: Pixels, tiles: readonly Tile[], edge: number): Pixels {
  const { data, channels } = pixels;
  const across = tiles.length / 2;
  const width = across * edge;
  const height = 2 * edge;
  const montage = new (data instanceof Uint16Array ? Uint16Array : Uint8Array)(width * height * channels);
  for (const [index, { left, top }] of tiles.entries()) {
    const x = (index % across) * edge;
    const y = Math.floor(index / across) * edge;
    for (let row = 0; row < edge; row += 1) {
      const from = ((top + row) * pixels.width + left) * channels;
      montage.set(data.subarray(from, from + edge * channels), ((y + row) * width + x) * channels);
    }
  }
  return { ...pixels, data: montage, width, height };
}
