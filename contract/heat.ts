/** A colour as screens take it: 0 to 255, and how much it covers, 0 to 1. */
export interface HeatColour {
  readonly red: number;
  readonly green: number;
  readonly blue: number;
  readonly alpha: number;
}

/**
 * matplotlib's plasma (CC0) in ten steps: even to the eye, and as bright as it is hot, so that who sees no colours
 * reads it too.
 */
const anchors = [
  [13, 8, 135],
  [71, 3, 159],
  [115, 1, 168],
  [156, 23, 158],
  [189, 55, 134],
  [216, 87, 107],
  [237, 121, 83],
  [251, 159, 58],
  [253, 202, 38],
  [240, 249, 33],
] as const;

/** Little heat lets the picture through; from this share of the ramp on it covers as much as it ever does. */
const covering = 0.5;
const mostAlpha = 0.92;

/**
 * The colour of a difference: the worker paints with it, the page shows what it means.
 *
 * @param heat from 0, the same, which is transparent, to 1, quite another picture
 */
export function heatColour(heat: number): HeatColour {
  const place = Math.min(1, Math.max(0, heat)) * (anchors.length - 1);
  const at = Math.min(Math.floor(place), anchors.length - 2);
  const [from = anchors[0], to = anchors[0]] = [anchors[at], anchors[at + 1]];
  const mixed = (channel: 0 | 1 | 2): number =>
    Math.round(from[channel] + (to[channel] - from[channel]) * (place - at));
  return {
    red: mixed(0),
    green: mixed(1),
    blue: mixed(2),
    alpha: mostAlpha * Math.min(1, Math.max(0, heat) / covering),
  };
}
