/** From a number of a picture to light, both 0 to 1. */
export type ToneCurve = (value: number) => number;

/**
 * Reads a `curv` or `para` tag of a profile: ICC.1:2022, 10.6 and 10.18.
 *
 * @returns undefined for another type and for one that is cut off
 */
export function readCurve(tag: Uint8Array): ToneCurve | undefined {
  if (tag.byteLength < 12) return undefined;
  const view = new DataView(tag.buffer, tag.byteOffset, tag.byteLength);
  switch (String.fromCharCode(...tag.subarray(0, 4))) {
    case 'curv':
      return sampled(view);
    case 'para':
      return parametric(view);
    default:
      return undefined;
  }
}

/** No entry: the identity; one: a gamma; more: samples at equal distances, with straight lines between. */
function sampled(view: DataView): ToneCurve | undefined {
  const count = view.getUint32(8);
  if (count === 0) return (value) => value;
  if (12 + count * 2 > view.byteLength) return undefined;
  if (count === 1) {
    const gamma = view.getUint16(12) / 256;
    return (value) => value ** gamma;
  }
  const samples = Float64Array.from({ length: count }, (_, index) => view.getUint16(12 + index * 2) / 65_535);
  return (value) => {
    const at = Math.min(1, Math.max(0, value)) * (count - 1);
    const below = samples[Math.floor(at)] ?? 0;
    const above = samples[Math.ceil(at)] ?? 0;
    return below + (above - below) * (at % 1);
  };
}

/** How many parameters each function type has: ICC.1:2022, table 68. */
const parameterCounts = [1, 3, 4, 5, 7];

/** Where a, b, c, d, e and f are not given, the table's functions are the last of them with these. */
function parametric(view: DataView): ToneCurve | undefined {
  const type = view.getUint16(8);
  const count = parameterCounts[type];
  if (count === undefined || 12 + count * 4 > view.byteLength) return undefined;
  const given = Array.from({ length: count }, (_, index) => view.getInt32(12 + index * 4) / 65_536);
  const [g = 1, a = 1, b = 0] = given;
  switch (type) {
    case 0:
      return (value) => value ** g;
    case 1:
    case 2: {
      const offset = given[3] ?? 0;
      return (value) => (value >= -b / a ? (a * value + b) ** g + offset : offset);
    }
    default: {
      const [, , , c = 0, d = 0, e = 0, f = 0] = given;
      return (value) => (value >= d ? (a * value + b) ** g + e : c * value + f);
    }
  }
}
