import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import type { OutputFormat } from '../../contract/formats.ts';
import { picture } from '../../tests/fixtures/pictures.ts';
import { rgbProfile } from '../../tests/fixtures/profiles.ts';
import { loadCodecs } from '../codecs.ts';
import { verifyLikeness } from './likeness.ts';
import type { Pixels } from './pixels.ts';
import { verify } from './verify.ts';

const codecs = await loadCodecs('native');
const formats = ['jpeg', 'webp', 'avif'] as const;

/** Pixels of a picture, as they are handed to an encoder. */
async function pixelsOf(size = { width: 160, height: 120 }): Promise<Pixels> {
  const { data } = await sharp(await picture(size))
    .raw()
    .toBuffer({ resolveWithObject: true });
  return { data, ...size, frames: 1, channels: 3, bitDepth: 8 };
}

/** What an encoder makes of these pixels, in lossy formats at quality 80. */
function encoded(pixels: Pixels, to: OutputFormat, lossless = false): Promise<Buffer> {
  const { data, width, height, channels } = pixels;
  const image = sharp(data, { raw: { width, height, channels } });
  // sharp takes a quality for PNG as a wish for fewer colours.
  if (to === 'png') return image.png().toBuffer();
  if (to === 'avif') return image.avif({ quality: 60, effort: 0 }).toBuffer();
  return image.toFormat(to, { quality: 80, lossless }).toBuffer();
}

async function check(
  written: Uint8Array,
  to: OutputFormat,
  expected: Pixels,
  options: { lossless?: boolean; whole?: boolean } = {},
): Promise<string> {
  const { lossless = false, whole = true } = options;
  const settings = { encoder: 'test', quality: 80, lossless, effort: 'fast', options: {} } as const;
  try {
    const header = await verify(written, to, expected, 1, {}, 'a.png', codecs);
    await verifyLikeness(written, header, expected, { to, settings, whole }, 'a.png', codecs);
    return 'good';
  } catch (error) {
    if (error instanceof Error && 'detail' in error) return String(error.detail);
    throw error;
  }
}

/** The same pixels, but each is made of what `from` says stands at its place. */
function rearranged(pixels: Pixels, from: (x: number, y: number, channel: number) => number): Pixels {
  const { width, height, channels } = pixels;
  const data = new Uint8Array(pixels.data.length);
  for (let y = 0; y < height; y += 1)
    for (let x = 0; x < width; x += 1)
      for (let channel = 0; channel < channels; channel += 1)
        data[(y * width + x) * channels + channel] = from(x, y, channel);
  return { ...pixels, data };
}

function sampleOf({ data, width, channels }: Pixels, x: number, y: number, channel: number): number {
  return data[(y * width + x) * channels + channel] ?? 0;
}

const broken: readonly [string, (good: Pixels) => Pixels][] = [
  ['swaps red and blue', (good) => rearranged(good, (x, y, c) => sampleOf(good, x, y, 2 - c))],
  [
    'turns it upside down',
    (good) => rearranged(good, (x, y, c) => sampleOf(good, x, good.height - 1 - y, c)),
  ],
  ['mirrors it', (good) => rearranged(good, (x, y, c) => sampleOf(good, good.width - 1 - x, y, c))],
  ['writes black', (good) => rearranged(good, () => 0)],
  ['writes a negative', (good) => rearranged(good, (x, y, c) => 255 - sampleOf(good, x, y, c))],
  ['shifts its rows', (good) => rearranged(good, (x, y, c) => sampleOf(good, (x + y) % good.width, y, c))],
  [
    'loses its lower half',
    (good) => rearranged(good, (x, y, c) => (y < good.height / 2 ? sampleOf(good, x, y, c) : 128)),
  ],
  ['loses its colours', (good) => rearranged(good, (x, y) => sampleOf(good, x, y, 1))],
];

describe.each(formats)('an encoder of %s that', (to) => {
  it('does its work passes', async () => {
    const good = await pixelsOf();
    expect(await check(await encoded(good, to), to, good)).toBe('good');
  });

  it.each(broken)('%s is found out', async (_what, spoil) => {
    const good = await pixelsOf();
    expect(await check(await encoded(spoil(good), to), to, good)).toContain('does not look like');
  });

  it('writes another size is found out', async () => {
    const good = await pixelsOf();
    const other = await pixelsOf({ width: 160, height: 119 });
    expect(await check(await encoded(other, to), to, good)).toBe('height is 119 and should be 120');
  });

  it('stops in the middle is found out', async () => {
    const good = await pixelsOf();
    const whole = await encoded(good, to);
    expect(await check(whole.subarray(0, whole.length / 2), to, good)).not.toBe('good');
  });
});

describe.each(['jpeg', 'webp'] as const)('a large %s', (to) => {
  const size = { width: 1600, height: 1200 };

  it('is looked at in part, and passes', async () => {
    const good = await pixelsOf(size);
    expect(await check(await encoded(good, to), to, good, { whole: false })).toBe('good');
  });

  it.each(broken.filter(([what]) => what !== 'loses its lower half'))(
    'of an encoder that %s is found out by that part',
    async (_what, spoil) => {
      const good = await pixelsOf(size);
      const written = await encoded(spoil(good), to);
      expect(await check(written, to, good, { whole: false })).toContain('does not look like');
    },
  );
});

describe('a large AVIF', () => {
  const size = { width: 400, height: 300 };

  it('has its boxes looked at, and passes', async () => {
    const good = await pixelsOf(size);
    const written = await encoded(good, 'avif');
    expect(await check(written, 'avif', good, { whole: false })).toBe('good');
    expect(await check(written.subarray(0, -1), 'avif', good, { whole: false })).toContain('boxes');
    expect(await check(Buffer.concat([written, written]), 'avif', good, { whole: false })).not.toBe('good');
  });
});

it.each(formats)(
  'a large %s is decoded whole where it is drawn, and where it will stand in the place of its original',
  async (to) => {
    const good = await pixelsOf({ width: 400, height: 300 });
    const verdicts = new Set<string>();
    // Other pictures have other bytes in the middle: some of these are drawn.
    for (let shift = 0; shift < good.width && verdicts.size < 2; shift += 1) {
      const picture = rearranged(good, (x, y, c) => sampleOf(good, (x + shift) % good.width, y, c));
      const cut = await encoded(
        rearranged(picture, (x, y, c) => (y < 0.8 * good.height ? sampleOf(picture, x, y, c) : 0)),
        to,
      );
      const verdict = await check(cut, to, picture, { whole: false });
      verdicts.add(verdict.includes('does not look like') ? 'found out' : verdict);
      if (shift === 0) expect(await check(cut, to, picture)).toContain('does not look like');
    }
    expect(verdicts).toEqual(new Set(['good', 'found out']));
  },
);

describe('without a loss', () => {
  it.each(['png', 'webp'] as const)('one wrong pixel of a %s is found out', async (to) => {
    const good = await pixelsOf();
    expect(await check(await encoded(good, to, true), to, good, { lossless: true })).toBe('good');
    const spoilt = rearranged(good, (x, y, c) => sampleOf(good, x, y, c) ^ (x === 100 && y === 50 ? 1 : 0));
    expect(await check(await encoded(spoilt, to, true), to, good, { lossless: true })).toContain(
      'pixels changed',
    );
  });
});

describe('what is not seen', () => {
  it('is found out too: a profile that is gone, or appeared', async () => {
    const p3 = await rgbProfile('p3');
    const good = { ...(await pixelsOf()), icc: p3 };
    const plain = await encoded(good, 'jpeg');
    expect(await check(plain, 'jpeg', good)).toBe('the profile is gone');
    const other = await sharp(plain).withIccProfile('p3').jpeg().toBuffer();
    expect(await check(other, 'jpeg', await pixelsOf())).toMatch(/the profile .* appeared/);
  });

  it('is found out too: metadata that should be gone', async () => {
    const good = await pixelsOf();
    const { data, width, height, channels } = good;
    const written = await sharp(data, { raw: { width, height, channels } })
      .withExif({ IFD0: { Copyright: 'somebody' } })
      .jpeg()
      .toBuffer();
    expect(await check(written, 'jpeg', good)).toBe('exif appeared');
  });

  it('is found out too: lost transparency', async () => {
    const plain = await pixelsOf();
    const data = new Uint8Array(plain.width * plain.height * 4);
    for (let at = 0; at < plain.width * plain.height; at += 1) {
      data.set(plain.data.subarray(at * 3, at * 3 + 3), at * 4);
      data[at * 4 + 3] = at % 256;
    }
    const good: Pixels = { ...plain, data, channels: 4 };
    expect(await check(await encoded(good, 'webp'), 'webp', good)).toBe('good');
    expect(await check(await encoded(plain, 'webp'), 'webp', good)).toBe('the transparency is gone');
  });
});

it('lets a palette round what is as good as opaque, and no other transparency', async () => {
  const plain = await pixelsOf();
  const { width, height, channels } = plain;
  const seeThrough = (opacity: number): Pixels => {
    const data = new Uint8Array(width * height * 4);
    for (let at = 0; at < width * height; at += 1) {
      data.set(plain.data.subarray(at * 3, at * 3 + 3), at * 4);
      data[at * 4 + 3] = at < 13 ? opacity : 255;
    }
    return { ...plain, data, channels: 4 };
  };
  const opaque = await sharp(plain.data, { raw: { width, height, channels } })
    .png({ palette: true })
    .toBuffer();
  expect(await check(opaque, 'png', seeThrough(253))).toBe('good');
  expect(await check(opaque, 'png', seeThrough(240))).toBe('the transparency is gone');
  expect(await check(await encoded(plain, 'png'), 'png', seeThrough(253), { lossless: true })).toBe(
    'pixels changed that should not have',
  );
});

it('lets WebP join equal frames that stand shorter than browsers show them', async () => {
  const data = Buffer.concat([40, 40, 200].map((value) => Buffer.alloc(12 * 9 * 3, value)));
  const delays = [0, 100, 10];
  const written = await sharp(data, { raw: { width: 12, height: 27, channels: 3, pageHeight: 9 } })
    .webp({ delay: delays, lossless: true })
    .toBuffer();
  const pixels: Pixels = { data, width: 12, height: 9, frames: 3, channels: 3, bitDepth: 8, delays };
  expect(await verify(written, 'webp', pixels, 1, {}, 'a.gif', codecs)).toMatchObject({ frames: 2 });
  await expect(
    verify(written, 'webp', { ...pixels, delays: [50, 60, 70] }, 1, {}, 'a.gif', codecs),
  ).rejects.toMatchObject({
    code: 'verify-failed',
  });
});
