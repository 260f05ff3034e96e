import type { Pixels } from './pixels.ts';

/** Places are this many pixels wide and high: eyes see colours coarser than shapes, and noise is not a shade. */
const edge = 4;
/** Steps of 255 that nobody sees beside each other. */
const unseen = 3;
/** Makes 40 steps more than those as far as the worst places of a JPEG at quality 20 are by the measure. */
const scale = 2.5;
/** What stands behind transparency. */
const behind = 128;

/**
 * Raises distances to how far the shades of two pictures of one size lie apart, place by place. The measure looks at the
 * structure of brightness: of a surface that has become another colour, or lighter all over, it sees the rim alone.
 *
 * @param distances of each pixel by the measure, `stride` in a row
 */
export function addTones(distances: Float32Array, stride: number, a: Pixels, b: Pixels): void {
  const { width, height } = a;
  const across = Math.ceil(width / edge);
  for (let top = 0; top < height; top += edge) {
    const sums = new Float32Array(3 * across);
    const bottom = Math.min(height, top + edge);
    for (let y = top; y < bottom; y += 1) {
      addRow(sums, a, y, 1);
      addRow(sums, b, y, -1);
    }
    for (let place = 0; place < across; place += 1) {
      const left = place * edge;
      const right = Math.min(width, left + edge);
      const distance = distanceOf(sums, place, (right - left) * (bottom - top));
      if (distance <= 0) continue;
      for (let y = top; y < bottom; y += 1) {
        for (let x = left; x < right; x += 1) {
          const at = y * stride + x;
          if (distance > (distances[at] ?? 0)) distances[at] = distance;
        }
      }
    }
  }
}

function addRow(sums: Float32Array, { data, width, channels }: Pixels, y: number, sign: 1 | -1): void {
  const green = channels === 1 ? 0 : 1;
  const blue = channels === 1 ? 0 : 2;
  for (let x = 0; x < width; x += 1) {
    const from = (y * width + x) * channels;
    const to = 3 * Math.floor(x / edge);
    const alpha = channels === 4 ? (data[from + 3] ?? 0) / 255 : 1;
    const ground = (1 - alpha) * behind;
    sums[to] = (sums[to] ?? 0) + sign * ((data[from] ?? 0) * alpha + ground);
    sums[to + 1] = (sums[to + 1] ?? 0) + sign * ((data[from + green] ?? 0) * alpha + ground);
    sums[to + 2] = (sums[to + 2] ?? 0) + sign * ((data[from + blue] ?? 0) * alpha + ground);
  }
}

/** In luma and the two colour differences of ITU-R BT.601, which are about as even as eyes are. */
function distanceOf(sums: Float32Array, place: number, pixels: number): number {
  const red = (sums[3 * place] ?? 0) / pixels;
  const green = (sums[3 * place + 1] ?? 0) / pixels;
  const blue = (sums[3 * place + 2] ?? 0) / pixels;
  const luma = 0.299 * red + 0.587 * green + 0.114 * blue;
  const steps = Math.hypot(luma, 0.564 * (blue - luma), 0.713 * (red - luma));
  return (scale * (steps - unseen)) / 255;
}
