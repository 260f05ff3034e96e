import { describe, expect, it } from 'vitest';
import { outputFormats } from '../../contract/formats.ts';
import { pinnedLimit, timeLimit } from './time-limit.ts';

describe('timeLimit', () => {
  it.each(outputFormats)('gives the smallest %s half a minute', (format) => {
    expect(timeLimit({ pixels: 256, bytes: 10, formats: [format], searching: false })).toBeGreaterThanOrEqual(
      30_000,
    );
    expect(timeLimit({ pixels: 256, bytes: 10, formats: [format], searching: false })).toBeLessThan(31_000);
  });

  it.each([
    // A photograph of 24 megapixels; measured megapixels per second of the slowest setting (imaging measurements).
    ['jpeg', 6.5],
    ['png', 0.5],
    ['webp', 2.5],
    ['avif', 0.27],
    ['jxl', 0.4],
  ] as const)(
    'gives a photograph to %s at least four times what its slowest setting takes',
    (format, speed) => {
      const limit = timeLimit({ pixels: 24e6, bytes: 8e6, formats: [format], searching: false });
      expect(limit).toBeGreaterThan(4 * (24 / speed) * 1000);
    },
  );

  it('grows with the pixels', () => {
    const [one, two, three] = [1e6, 2e6, 3e6].map((pixels) =>
      timeLimit({ pixels, bytes: 1, formats: ['jpeg'], searching: false }),
    );
    expect((three ?? 0) - (two ?? 0)).toBeCloseTo((two ?? 0) - (one ?? 0));
    expect(two).toBeGreaterThan(one ?? 0);
  });

  it('allows for several encodes in search of a quality, and for several formats', () => {
    const size = { pixels: 24e6, bytes: 8e6, searching: false };
    const once = timeLimit({ ...size, formats: ['jpeg'] });
    expect(timeLimit({ ...size, formats: ['jpeg'], searching: true })).toBeGreaterThan(3 * once);
    expect(timeLimit({ ...size, formats: ['jpeg', 'avif'] })).toBeGreaterThan(
      timeLimit({ ...size, formats: ['avif'] }),
    );
  });

  it('allows for frames that the header does not tell, where the target can move', () => {
    const animation = { pixels: 1e5, bytes: 10e6, searching: false };
    expect(timeLimit({ ...animation, formats: ['webp'] })).toBeGreaterThan(10 * 60_000);
    expect(timeLimit({ ...animation, formats: ['png'] })).toBeLessThan(60_000);
  });
});

describe('pinnedLimit', () => {
  it.each(outputFormats)('leaves a %s time to be done elsewhere', (format) => {
    for (const searching of [false, true]) {
      const size = { pixels: 24e6, bytes: 8e6, formats: [format], searching };
      expect(pinnedLimit(size)).toBeLessThan(timeLimit(size) / 3);
    }
  });

  it('is more than a photograph takes as a rule', () => {
    // 18 megapixels as JPEG took 5 s on a machine that was slow then.
    expect(pinnedLimit({ pixels: 18e6, bytes: 16e6, formats: ['jpeg'], searching: false })).toBeGreaterThan(
      9_000,
    );
  });
});
