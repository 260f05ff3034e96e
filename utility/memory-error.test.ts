import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { MillraceError } from '../contract/errors.ts';
import { damaged } from './image/damage.ts';
import { verifyFailed } from './image/verify-failed.ts';
import { asMemoryError } from './memory-error.ts';

/** More than any processor can address: no system gives it. */
const everything = 1e7;

function failureOf(action: () => unknown): unknown {
  try {
    return action();
  } catch (error) {
    return error;
  }
}

const libvips: unknown = await sharp({
  create: { width: everything, height: everything, channels: 4, background: '#000000' },
  limitInputPixels: false,
})
  .raw()
  .toBuffer()
  .catch((error: unknown) => error);
const v8 = failureOf(() => new ArrayBuffer(4 * everything * everything));

describe('memory that ran out', () => {
  it.each([
    ['in the decoder', damaged('a.png', libvips)],
    ['in the check', verifyFailed('a.png', 'tiff', String(libvips))],
    ['for our own pixels', damaged('a.png', v8)],
    ['where nobody foresaw it', v8],
    [
      'in an encoder',
      new MillraceError('encode-failed', '', { detail: 'webpsave: failed to allocate 432000000 bytes' }),
    ],
  ])('%s is no fault of the picture, and is tried again', (_, error) => {
    const told = asMemoryError(error, 'a.png');
    expect(told).toMatchObject({ code: 'worker-out-of-memory', retriable: true });
    expect(told.message).toContain('a.png');
  });

  it('is not what other failures are taken for', () => {
    const cut = damaged('out of memory.png', new Error('VipsJpeg: premature end of JPEG image'));
    expect(asMemoryError(cut, 'out of memory.png')).toBe(cut);
    const refused = new MillraceError('too-many-pixels', 'a.png has too many.', { detail: 'out of memory' });
    expect(asMemoryError(refused, 'a.png')).toBe(refused);
    expect(asMemoryError(new Error('What?'), 'a.png')).toMatchObject({ code: 'internal' });
  });
});
