import { expect, it } from 'vitest';
import { hasFewColours } from './few-colours.ts';

/** So many colours in a row, each twice. */
function row(colours: number, channels: 1 | 3 | 4): Uint8Array {
  return Uint8Array.from({ length: colours * 2 * channels }, (_, at) => {
    const [colour, channel] = [Math.floor(at / channels / 2), at % channels];
    return channel === channels - 1 ? colour % 256 : Math.floor(colour / 256);
  });
}

it.each([1, 3, 4] as const)('no more than a palette holds are few, %i channels', (channels) => {
  expect(hasFewColours({ data: row(256, channels), channels })).toBe(true);
  expect(hasFewColours({ data: row(257, channels), channels })).toBe(channels === 1);
});

it('neighbouring opacities of one colour are told apart', () => {
  const data = Uint8Array.from({ length: 4 * 512 }, (_, at) => {
    const colour = Math.floor(at / 4);
    return [200, colour >> 8, 255, colour & 255][at % 4] ?? 0;
  });
  expect(hasFewColours({ data, channels: 4 })).toBe(false);
});

it('numbers of 16 bits are told apart', () => {
  const data = Uint16Array.from({ length: 257 * 3 }, (_, at) => 255 * Math.floor(at / 3));
  expect(hasFewColours({ data: data.subarray(0, 256 * 3), channels: 3 })).toBe(true);
  expect(hasFewColours({ data, channels: 3 })).toBe(false);
});
