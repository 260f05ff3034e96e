import { describe, expect, it } from 'vitest';
import { writeApng, type ApngFrame } from '../../tests/fixtures/apng.ts';
import { readApng, type Apng } from './apng.ts';
import { loadCodecs } from '../codecs.ts';

const codecs = await loadCodecs('native');

const limit = 1_000_000;
const red = [255, 0, 0, 255];
const green = [0, 255, 0, 255];
const blue = [0, 0, 255, 255];
const clear = [0, 0, 0, 0];

/** Frames of a canvas 3 wide and 1 high, RGBA. */
const canvas = { width: 3, height: 1 };
const full = (colour: number[], rest: Partial<ApngFrame> = {}): ApngFrame => ({
  ...canvas,
  pixels: Uint8Array.from([...colour, ...colour, ...colour]),
  ...rest,
});
const dot = (colour: number[], left: number, rest: Partial<ApngFrame> = {}): ApngFrame => ({
  width: 1,
  height: 1,
  left,
  pixels: Uint8Array.from(colour),
  ...rest,
});

async function read(bytes: Uint8Array): Promise<Apng> {
  const apng = await readApng(bytes, limit, codecs);
  if (apng === undefined) throw new Error('not animated');
  return apng;
}

async function frames(...given: ApngFrame[]): Promise<number[][][]> {
  const { data, width, height, frames: count } = await read(writeApng({ ...canvas, frames: given }));
  return Array.from({ length: count }, (_, frame) =>
    Array.from({ length: width * height }, (_, pixel) => {
      const at = (frame * width * height + pixel) * 4;
      return [...data.subarray(at, at + 4)];
    }),
  );
}

describe('readApng', () => {
  it('tells dimensions, delays in milliseconds and how often it plays', async () => {
    const bytes = writeApng({
      ...canvas,
      plays: 3,
      frames: [full(red, { delay: [1, 3] }), full(green, { delay: [7, 0] }), full(blue, { delay: [0, 10] })],
    });
    expect(await readApng(bytes, limit, codecs)).toMatchObject({
      width: 3,
      height: 1,
      frames: 3,
      delays: [333, 70, 0],
      loop: 3,
    });
  });

  it('leaves a frame standing with dispose none', async () => {
    expect(await frames(full(red), dot(green, 1), dot(blue, 2))).toEqual([
      [red, red, red],
      [red, green, red],
      [red, green, blue],
    ]);
  });

  it('clears only the place of the frame with dispose background', async () => {
    expect(await frames(full(red), dot(green, 1, { dispose: 1 }), dot(blue, 2))).toEqual([
      [red, red, red],
      [red, green, red],
      [red, clear, blue],
    ]);
  });

  it('puts back what was there with dispose previous', async () => {
    expect(await frames(full(red), dot(green, 1, { dispose: 2 }), dot(blue, 2))).toEqual([
      [red, red, red],
      [red, green, red],
      [red, red, blue],
    ]);
  });

  it('treats dispose previous of the first frame as a transparent canvas', async () => {
    const [, second] = await frames(full(red, { dispose: 2 }), dot(green, 0));
    expect(second).toEqual([green, clear, clear]);
  });

  it('replaces with blend source and composes with blend over', async () => {
    const half = [0, 0, 255, 128];
    const [, source] = await frames(full(red), dot(half, 1, { blend: 0 }));
    expect(source).toEqual([red, half, red]);
    const [, over] = await frames(full(red), dot(half, 1, { blend: 1 }));
    expect(over).toEqual([red, [127, 0, 128, 255], red]);
    const [, nothing] = await frames(full(red), dot(clear, 1, { blend: 1 }));
    expect(nothing).toEqual([red, red, red]);
    // 128/255 over 128/255: alpha 1 - (127/255)^2, colour weighted by what each contributes.
    const [, both] = await frames(full([255, 0, 0, 128]), dot(half, 1, { blend: 1 }));
    expect(both?.[1]).toEqual([85, 0, 170, 192]);
  });

  it('leaves out a still that is no part of the animation', async () => {
    const bytes = writeApng({
      ...canvas,
      still: Uint8Array.from([...blue, ...blue, ...blue]),
      frames: [full(red), full(green)],
    });
    const apng = await read(bytes);
    expect([...apng.data.subarray(0, 4), ...apng.data.subarray(12, 16)]).toEqual([...red, ...green]);
  });

  it('reads palettes with transparent entries', async () => {
    const bytes = writeApng({
      width: 2,
      height: 1,
      colourType: 3,
      extra: [
        ['PLTE', Uint8Array.from([255, 0, 0, 0, 255, 0, 0, 0, 255])],
        ['tRNS', Uint8Array.of(255, 255, 0)],
      ],
      frames: [
        { width: 2, height: 1, pixels: Uint8Array.of(0, 2) },
        { width: 1, height: 1, left: 1, pixels: Uint8Array.of(1) },
      ],
    });
    const { data } = await read(bytes);
    expect([...data.subarray(0, 4)]).toEqual(red);
    expect(data[7]).toBe(0);
    expect([...data.subarray(12, 16)]).toEqual(green);
  });

  it('brings 16 bits, grey and colour, to 8', async () => {
    const rgb = writeApng({
      width: 1,
      height: 1,
      colourType: 2,
      bitDepth: 16,
      frames: [0x12, 0xfe].map((high) => ({
        width: 1,
        height: 1,
        pixels: Uint8Array.of(high, 0x34, 0x80, 0x00, 0xff, 0xff),
      })),
    });
    expect([...(await read(rgb)).data]).toEqual([0x12, 0x80, 0xff, 255, 0xfe, 0x80, 0xff, 255]);
    const grey = writeApng({
      width: 1,
      height: 1,
      colourType: 4,
      bitDepth: 16,
      frames: [0x12, 0xfe].map((high) => ({
        width: 1,
        height: 1,
        pixels: Uint8Array.of(high, 0x34, 0x80, 0x00),
      })),
    });
    expect([...(await read(grey)).data]).toEqual([0x12, 0x12, 0x12, 0x80, 0xfe, 0xfe, 0xfe, 0x80]);
  });

  it('gives nothing for a PNG that does not move', async () => {
    expect(await readApng(writeApng({ ...canvas, frames: [full(red)] }), limit, codecs)).toBeUndefined();
    expect(await readApng(Buffer.from('no PNG at all'), limit, codecs)).toBeUndefined();
    expect(await readApng(new Uint8Array(0), limit, codecs)).toBeUndefined();
  });

  it('refuses too many pixels from the chunks, before anything is inflated', async () => {
    const garbage = full([1, 2, 3, 4]);
    const bytes = writeApng({ ...canvas, frames: [garbage, garbage] });
    await expect(readApng(bytes, 5, codecs)).rejects.toMatchObject({ code: 'too-many-pixels' });
    expect(await readApng(bytes, 6, codecs)).toMatchObject({ frames: 2 });
    const bomb = writeApng({
      width: 50_000,
      height: 50_000,
      declaredFrames: 4_000_000_000,
      frames: [garbage],
    });
    await expect(readApng(bomb, limit, codecs)).rejects.toMatchObject({ code: 'too-many-pixels' });
  });

  it.each([
    ['frames are missing', writeApng({ ...canvas, declaredFrames: 3, frames: [full(red), full(green)] })],
    ['a frame lies outside', writeApng({ ...canvas, frames: [full(red), dot(green, 3)] })],
    [
      'a frame has no pixels',
      writeApng({ ...canvas, frames: [full(red), dot(green, 0, { pixels: new Uint8Array(0) })] }),
    ],
    ['the file is cut off', writeApng({ ...canvas, frames: [full(red), full(green)] }).subarray(0, -40)],
  ])('says that it is damaged when %s', async (_, bytes) => {
    await expect(readApng(bytes, limit, codecs)).rejects.toMatchObject({ code: 'damaged-image' });
  });
});
