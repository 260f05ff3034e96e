import { describe, expect, it } from 'vitest';
import { moving } from '../../tests/fixtures/pictures.ts';
import { isWholeGif } from './gif-blocks.ts';

describe('a GIF', () => {
  it('is whole, with its trailer or without', async () => {
    const bytes = await moving('gif');
    expect(isWholeGif(bytes)).toBe(true);
    expect(isWholeGif(bytes.subarray(0, -1))).toBe(true);
    expect(isWholeGif(Buffer.concat([bytes, Buffer.from('what some servers add')]))).toBe(true);
  });

  it('is not when it ends within a block', async () => {
    const bytes = await moving('gif');
    const ends = Array.from({ length: bytes.length - 2 }, (_, end) => end + 1);
    // Between two blocks nothing tells that more should come.
    expect(ends.filter((end) => isWholeGif(bytes.subarray(0, end))).length).toBeLessThan(10);
    expect(isWholeGif(bytes.subarray(0, bytes.length - 2))).toBe(false);
  });
});
