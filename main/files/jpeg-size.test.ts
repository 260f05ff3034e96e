import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { jpegSize } from './jpeg-size.ts';

const start = [0xff, 0xd8];
/** A baseline frame header of 3 x 2 pixels. */
const frame = [0xff, 0xc0, 0, 11, 8, 0, 2, 0, 3, 1, 1, 0x11, 0];
const comment = [0xff, 0xfe, 0, 4, 0x68, 0x69];
const huffman = [0xff, 0xc4, 0, 4, 0, 0];

function sizeOf(...parts: readonly (readonly number[])[]): unknown {
  return jpegSize(Uint8Array.from(parts.flat()));
}

describe('jpegSize', () => {
  it.each([true, false])('tells the size of a real one (progressive: %s)', async (progressive) => {
    const bytes = await sharp({ create: { width: 300, height: 20, channels: 3, background: '#fff' } })
      .jpeg({ progressive })
      .withMetadata({ orientation: 6 })
      .toBuffer();
    expect(jpegSize(bytes)).toEqual({ width: 300, height: 20 });
    expect(jpegSize(Buffer.concat([Buffer.from('xyz'), bytes]).subarray(3))).toEqual({
      width: 300,
      height: 20,
    });
  });

  it('goes over segments, fill bytes and markers without length', () => {
    expect(sizeOf(start, comment, huffman, [0xff, 0xff], [0xff, 0x01], frame)).toEqual({
      width: 3,
      height: 2,
    });
  });

  it.each([
    ['nothing', [[]]],
    ['a start alone', [start]],
    ['half a frame header', [start, frame.slice(0, 8)]],
    ['zeroes', [start, comment, Array<number>(100).fill(0)]],
    ['pixels without a frame header', [start, [0xff, 0xda, 0, 2], frame]],
    ['an end before the frame header', [start, [0xff, 0xd9], frame]],
    ['a frame without height', [start, frame.with(5, 0).with(6, 0)]],
    ['a segment of no length', [start, [0xff, 0xe0, 0, 0], Array<number>(100).fill(0)]],
  ])('tells nothing of %s', (_what, parts) => {
    expect(sizeOf(...parts)).toBeUndefined();
  });
});
