import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { moving, picture } from '../../tests/fixtures/pictures.ts';
import { describeHead, longHeadLength } from './picture-head.ts';

const rest = { bytes: 1, stem: 'a', modifiedMs: undefined };

function sizeOf(bytes: Uint8Array): [string | undefined, number | undefined, number | undefined] {
  const { format, width, height } = describeHead(bytes, rest);
  return [format, width, height];
}

describe('describeHead', () => {
  it.each(['jpeg', 'png', 'webp'] as const)('tells the size of a %s', async (format) => {
    expect(sizeOf(await picture({ width: 33, height: 44, format }))).toEqual([format, 33, 44]);
  });

  it('tells the size of a drawing', () => {
    const svg = (attributes: string): Buffer =>
      Buffer.from(`<svg xmlns="http://www.w3.org/2000/svg" ${attributes}/>`);
    expect(sizeOf(svg('width="20" height="10"'))).toEqual(['svg', 20, 10]);
    expect(sizeOf(svg('viewBox="0 0 200 100"'))).toEqual(['svg', 200, 100]);
    expect(sizeOf(svg('width="1e999" height="0"'))).toEqual(['svg', undefined, undefined]);
  });

  it('tells how many bits a channel has, and how many frames there are', async () => {
    const deep = sharp(await picture()).toColourspace('rgb16');
    const of = (bytes: Uint8Array): unknown[] => {
      const { bitDepth, frames } = describeHead(bytes, { ...rest, bytes: bytes.byteLength });
      return [bitDepth, frames];
    };
    expect(of(await picture())).toEqual([8, 1]);
    expect(of(await picture({ format: 'png' }))).toEqual([8, 1]);
    expect(of(await deep.clone().png().toBuffer())).toEqual([16, 1]);
    expect(of(await deep.clone().tiff({ compression: 'lzw' }).toBuffer())).toEqual([16, 1]);
    expect(
      of(
        await sharp(await picture())
          .tiff()
          .toBuffer(),
      ),
    ).toEqual([8, 1]);
    expect(of(await moving('gif'))).toEqual([8, 3]);
  });

  it.each([
    ['a first frame beyond the canvas', [2, 1], [[10, 5, 100, 50]]],
    [
      'a later frame beyond it',
      [20, 10],
      [
        [0, 0, 20, 10],
        [0, 0, 300, 200],
      ],
    ],
    [
      'both beyond it',
      [2, 1],
      [
        [0, 0, 30, 20],
        [0, 0, 300, 200],
      ],
    ],
    ['a frame within it', [50, 40], [[5, 5, 10, 10]]],
  ] as const)('tells the size of a gif as it is decoded: %s', async (_what, canvas, frames) => {
    const bytes = gif(canvas, frames);
    const { width, pageHeight, height } = await sharp(bytes, { animated: true }).metadata();
    expect(sizeOf(bytes)).toEqual(['gif', width, pageHeight ?? height]);
  });

  it('leaves a size open that the bytes do not tell', () => {
    expect(sizeOf(Buffer.from([0xff, 0xd8, 0xff, 0xe0]))).toEqual(['jpeg', undefined, undefined]);
    expect(sizeOf(new Uint8Array())).toEqual([undefined, undefined, undefined]);
  });

  it('does not look beyond the bytes it was given', () => {
    const neighbours = Buffer.from('GIF89a\u0001\u0001\u0001\u0001');
    expect(sizeOf(neighbours.subarray(0, 6))).toEqual(['gif', undefined, undefined]);
  });

  it('does not keep the event loop from anything for long, whatever it is given', () => {
    const begins = {
      drawing: Buffer.from(`<svg '<svg >`),
      jpeg: Buffer.from([0xff, 0xd8, 0xff]),
      avif: Buffer.from('\0\0\0\u0010ftypavif\0\0\0\0'),
      tiff: Buffer.from('II*\0\u0008\0\0\0\u00ff\u00ff', 'latin1'),
    };
    const parts = ['<svg ', '<svg "', ' width="', " viewBox='", "'>", '\0', '\xff', '\0\0\0\u0008free'];
    const started = performance.now();
    for (const begin of Object.values(begins)) {
      for (const part of parts) {
        const rest = Buffer.alloc(longHeadLength, part, 'latin1');
        describeHead(Buffer.concat([begin, rest, Buffer.from("'>")]), {
          bytes: 1,
          stem: 'a',
          modifiedMs: undefined,
        });
      }
    }
    // A few milliseconds each in practice; a quadratic search of one alone would take minutes.
    expect(performance.now() - started).toBeLessThan(5000);
  });
});

/** A GIF of these frames (left, top, width, height), in which nothing is drawn. */
function gif(canvas: readonly number[], frames: readonly (readonly number[])[]): Buffer {
  const words = (numbers: readonly number[]): number[] => numbers.flatMap((each) => [each & 255, each >> 8]);
  const drawn = frames.flatMap((frame) => [0x2c, ...words(frame), 0, 2, 2, 0x44, 0x01, 0]);
  const colours = [0, 0, 0, 255, 255, 255];
  return Buffer.from([...Buffer.from('GIF89a'), ...words(canvas), 0x80, 0, 0, ...colours, ...drawn, 0x3b]);
}
