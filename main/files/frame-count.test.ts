import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { writeApng } from '../../tests/fixtures/apng.ts';
import { moving, picture } from '../../tests/fixtures/pictures.ts';
import { countFrames, hidesFrames } from './frame-count.ts';

/** Frames of noise, so that each takes about as many bytes as the last. */
async function clip(format: 'gif' | 'webp', frames: number): Promise<Buffer> {
  const [width, height] = [40, 30];
  const data = Buffer.from(
    Uint8Array.from({ length: width * height * 3 * frames }, (_, at) => (at * 2_654_435_761) >>> 24),
  );
  return sharp(data, { raw: { width, height: height * frames, channels: 3, pageHeight: height } })
    .toFormat(format, { delay: Array<number>(frames).fill(50) })
    .toBuffer();
}

describe('countFrames', () => {
  it.each(['gif', 'webp'] as const)('counts those of a whole %s', async (format) => {
    const bytes = await moving(format);
    expect(countFrames(bytes, format, bytes.byteLength)).toBe(3);
    expect(hidesFrames(bytes, format)).toBe(true);
  });

  it.each(['gif', 'webp'] as const)('goes on as a %s began where the rest was not read', async (format) => {
    const bytes = await clip(format, 40);
    const begun = countFrames(bytes.subarray(0, bytes.byteLength / 4), format, bytes.byteLength);
    expect(begun).toBeGreaterThan(30);
    expect(begun).toBeLessThan(50);
  });

  it('a GIF whose first frame goes on behind what was read counts as still', async () => {
    const bytes = await clip('gif', 2);
    expect(countFrames(bytes.subarray(0, 500), 'gif', bytes.byteLength)).toBe(1);
  });

  it('believes what an APNG says, as far as so many frames would fit into it', () => {
    const [width, height] = [4, 4];
    const frame = { width, height, pixels: new Uint8Array(width * height * 4) };
    const frames = Array<typeof frame>(5).fill(frame);
    const count = (bytes: Uint8Array): number => countFrames(bytes, 'png', bytes.byteLength);
    expect(count(writeApng({ width, height, frames }))).toBe(5);
    expect(count(writeApng({ width, height, frames, declaredFrames: 1e9 }))).toBeLessThan(20);
  });

  it.each(['jpeg', 'png', 'webp'] as const)('a %s that does not move has one', async (format) => {
    const bytes = await picture({ format });
    expect(countFrames(bytes, format, bytes.byteLength)).toBe(1);
    expect(hidesFrames(bytes, format)).toBe(false);
  });

  it('ends, whatever the bytes are', () => {
    for (const begin of ['GIF89a', 'RIFF....WEBPVP8X....\u0002', '\u0089PNG\r\n\u001a\n']) {
      for (const filling of ['\0', ',', '!', '\u00ff']) {
        const bytes = Buffer.concat([Buffer.from(begin, 'latin1'), Buffer.alloc(5000, filling, 'latin1')]);
        for (const format of ['gif', 'webp', 'png'] as const) {
          expect(countFrames(bytes, format, 10_000)).toBeGreaterThanOrEqual(1);
          expect(countFrames(bytes.subarray(0, 5), format, 10_000)).toBe(1);
        }
      }
    }
  });
});
