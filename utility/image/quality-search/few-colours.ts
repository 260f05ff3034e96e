import type { Pixels } from '../pixels.ts';

/** As many as a palette holds. */
const most = 256;

/**
 * Whether a picture has no more colours than a palette: a drawing, a diagram, lettering. Photographs have more within their
 * first rows, so that they are hardly looked at.
 */
export function hasFewColours({ data, channels }: Pick<Pixels, 'data' | 'channels'>): boolean {
  // A whole number each; of 16 bits with opacity, only the last bits of opacity do not fit.
  const base = data instanceof Uint16Array ? 65_536 : 256;
  const colours = new Set<number>();
  let before = -1;
  for (let at = 0; at < data.length; at += channels) {
    let colour = 0;
    for (let channel = 0; channel < channels; channel += 1) {
      colour = colour * base + (data[at + channel] ?? 0);
    }
    // What is drawn has long runs of one colour.
    if (colour === before) continue;
    before = colour;
    colours.add(colour);
    if (colours.size > most) return false;
  }
  return true;
}
