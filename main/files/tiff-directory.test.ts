import { describe, expect, it } from 'vitest';
import { tiffDirectory } from './tiff-directory.ts';

interface Field {
  readonly tag: number;
  readonly type: number;
  readonly value: number;
}

/** A TIFF of nothing but its header, a gap and its directory. */
function tiff(little: boolean, isBig: boolean, fields: readonly Field[]): Uint8Array {
  const at = 1000;
  const length = isBig ? 20 : 12;
  const view = new DataView(new ArrayBuffer(at + 8 + fields.length * length));
  view.setUint16(0, little ? 0x4949 : 0x4d4d);
  view.setUint16(2, isBig ? 43 : 42, little);
  if (isBig) view.setBigUint64(8, BigInt(at), little);
  else view.setUint32(4, at, little);
  if (isBig) view.setBigUint64(at, BigInt(fields.length), little);
  else view.setUint16(at, fields.length, little);
  fields.forEach(({ tag, type, value }, index) => {
    const field = at + (isBig ? 8 : 2) + index * length;
    view.setUint16(field, tag, little);
    view.setUint16(field + 2, type, little);
    if (isBig) view.setBigUint64(field + 4, 1n, little);
    else view.setUint32(field + 4, 1, little);
    const valueAt = field + length - (isBig ? 8 : 4);
    if (type === 3) view.setUint16(valueAt, value, little);
    else view.setUint32(valueAt, value, little);
  });
  return new Uint8Array(view.buffer);
}

function sizeOf(bytes: Uint8Array): unknown {
  const directory = tiffDirectory(bytes.subarray(0, 16));
  return directory?.sizeIn(bytes.subarray(directory.at));
}

const width = { tag: 256, type: 4, value: 100_000 };
const height = { tag: 257, type: 3, value: 50 };

describe.each([
  ['little-endian TIFF', true, false],
  ['big-endian TIFF', false, false],
  ['little-endian BigTIFF', true, true],
  ['big-endian BigTIFF', false, true],
])('%s', (_what, little, isBig) => {
  it('tells its size', () => {
    const fields = [{ tag: 254, type: 4, value: 0 }, width, height];
    expect(sizeOf(tiff(little, isBig, fields))).toEqual({ width: 100_000, height: 50 });
  });

  it('tells the bits of a channel', () => {
    const depthOf = (bytes: Uint8Array, at = 1000): unknown =>
      tiffDirectory(bytes)?.bitDepthIn(bytes.subarray(at));
    const depth = { tag: 258, type: 3, value: 16 };
    expect(depthOf(tiff(little, isBig, [width, depth]))).toBe(16);
    expect(depthOf(tiff(little, isBig, [width]))).toBeUndefined();
    expect(depthOf(tiff(little, isBig, [width, depth]).subarray(0, 1010))).toBeUndefined();
  });

  it('that is damaged tells none', () => {
    expect(sizeOf(tiff(little, isBig, [width]))).toBeUndefined();
    expect(sizeOf(tiff(little, isBig, [width, { ...height, type: 5 }]))).toBeUndefined();
    expect(sizeOf(tiff(little, isBig, [width, height]).subarray(0, 1020))).toBeUndefined();
    expect(sizeOf(tiff(little, isBig, [width, height]).subarray(0, 1000))).toBeUndefined();
    expect(sizeOf(tiff(little, isBig, []).subarray(0, 9))).toBeUndefined();
  });
});
