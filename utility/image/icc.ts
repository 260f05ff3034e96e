import { readCurve, type ToneCurve } from './tone-curve.ts';

/** What the numbers of a picture are. */
export type ColourModel = 'grey' | 'rgb' | 'cmyk' | 'lab';

/** The data colour spaces of ICC.1:2022, table 19, that a picture can have here. */
const signatures: Readonly<Record<ColourModel, string>> = {
  grey: 'GRAY',
  rgb: 'RGB ',
  cmyk: 'CMYK',
  lab: 'Lab ',
};

/** Whether this is a profile, and one for numbers of this model: any other says nothing about them. */
export function describes(icc: Uint8Array, model: ColourModel): boolean {
  return isWhole(icc) && text(icc, 16, 4) === signatures[model];
}

/**
 * Whether every program takes it for a profile: ICC.1:2022, 7.2 and 7.3, as far as libpng looks, which throws away what
 * it does not like. Its length is its own, its tags lie within it, and it leads to colours.
 */
function isWhole(icc: Uint8Array): boolean {
  if (icc.byteLength < 132 || text(icc, 36, 4) !== 'acsp') return false;
  const view = viewOf(icc);
  if (view.getUint32(0) !== icc.byteLength) return false;
  if (['link', 'abst'].includes(text(icc, 12, 4)) || !['XYZ ', 'Lab '].includes(text(icc, 20, 4)))
    return false;
  const tags = view.getUint32(128);
  if (tags > (icc.byteLength - 132) / 12) return false;
  return Array.from({ length: tags }).every((_, tag) => {
    const at = 132 + tag * 12;
    return view.getUint32(at + 4) + view.getUint32(at + 8) <= icc.byteLength;
  });
}

/** Without what stands behind its end: some writers pad it. */
export function trimProfile(icc: Uint8Array): Uint8Array {
  if (icc.byteLength < 132) return icc;
  const length = viewOf(icc).getUint32(0);
  return length >= 132 && length < icc.byteLength ? icc.subarray(0, length) : icc;
}

/**
 * The name in a profile's description tag, for people (`Display P3`, `sRGB IEC61966-2.1`); undefined where there is
 * none that can be read. ICC.1:2022, 10.15; `desc` of version 2 profiles: ICC.1:2001-04, 6.5.17.
 */
export function profileName(icc: Uint8Array): string | undefined {
  const description = tagOf(icc, 'desc');
  if (description === undefined || description.byteLength < 16) return undefined;
  const name = readDescription(description)?.replace(/\0.*$/s, '').trim();
  return name === '' ? undefined : name;
}

/** The curve of a grey profile: its number to luminance. */
export function greyCurve(icc: Uint8Array): ToneCurve | undefined {
  return curveOf(icc, 'kTRC');
}

/** IEC 61966-2-1, decoding, 0 to 1. */
export function srgbDecode(value: number): number {
  return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
}

/** IEC 61966-2-1, encoding, 0 to 1. */
export function srgbEncode(light: number): number {
  return light <= 0.0031308 ? light * 12.92 : 1.055 * light ** (1 / 2.4) - 0.055;
}

/** sRGB's primaries adapted to D50, as every sRGB profile has them. */
const primaries = {
  rXYZ: [0.4361, 0.2225, 0.0139],
  gXYZ: [0.3851, 0.7169, 0.0971],
  bXYZ: [0.1431, 0.0606, 0.7141],
} as const;

/** Below one step of 8 bits; a pure gamma of 2.2 is 0.009 away from sRGB's curve. */
const tolerance = 0.004;

/** Whether a profile means what numbers without a profile mean. Its name does not count, its numbers do. */
export function isSrgb(icc: Uint8Array): boolean {
  if (tagOf(icc, 'A2B0') !== undefined) return false;
  if (describes(icc, 'grey')) return isSrgbCurve(greyCurve(icc));
  if (!describes(icc, 'rgb')) return false;
  for (const [tag, wanted] of Object.entries(primaries)) {
    const primary = readXyz(tagOf(icc, tag));
    if (primary === undefined) return false;
    if (primary.some((value, axis) => Math.abs(value - (wanted[axis] ?? 0)) > tolerance)) return false;
  }
  return ['rTRC', 'gTRC', 'bTRC'].every((tag) => isSrgbCurve(curveOf(icc, tag)));
}

function isSrgbCurve(curve: ToneCurve | undefined): boolean {
  if (curve === undefined) return false;
  return [0.1, 0.25, 0.5, 0.75, 0.9].every((value) => Math.abs(curve(value) - srgbDecode(value)) < tolerance);
}

function curveOf(icc: Uint8Array, signature: string): ToneCurve | undefined {
  const tag = tagOf(icc, signature);
  return tag === undefined ? undefined : readCurve(tag);
}

/** One tag's data by its signature: ICC.1:2022, 7.3. */
function tagOf(icc: Uint8Array, signature: string): Uint8Array | undefined {
  if (icc.byteLength < 132) return undefined;
  const view = viewOf(icc);
  const tags = Math.min(view.getUint32(128), Math.floor((icc.byteLength - 132) / 12));
  for (let tag = 0; tag < tags; tag += 1) {
    const at = 132 + tag * 12;
    if (text(icc, at, 4) !== signature) continue;
    const from = view.getUint32(at + 4);
    const length = view.getUint32(at + 8);
    return from + length > icc.byteLength ? undefined : icc.subarray(from, from + length);
  }
  return undefined;
}

function readDescription(tag: Uint8Array): string | undefined {
  const view = viewOf(tag);
  const type = text(tag, 0, 4);
  if (type === 'desc') return text(tag, 12, Math.min(view.getUint32(8), tag.byteLength - 12));
  if (type !== 'mluc' || tag.byteLength < 28) return undefined;
  const length = view.getUint32(20);
  const from = view.getUint32(24);
  if (from + length > tag.byteLength) return undefined;
  return new TextDecoder('utf-16be').decode(tag.subarray(from, from + length));
}

/** Three s15Fixed16Numbers: ICC.1:2022, 10.31. */
function readXyz(tag: Uint8Array | undefined): number[] | undefined {
  if (tag === undefined || tag.byteLength < 20) return undefined;
  const view = viewOf(tag);
  return [8, 12, 16].map((at) => view.getInt32(at) / 65_536);
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function text(bytes: Uint8Array, at: number, length: number): string {
  return String.fromCharCode(...bytes.subarray(at, at + length));
}
