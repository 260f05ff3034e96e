import sharp, { type Sharp, type SharpOptions } from 'sharp';
import { describe, expect, it } from 'vitest';
import { parseRecipe, type RecipeInput } from '../../contract/recipe.ts';
import type { Aspect, Fidelity, Report } from '../../contract/report.ts';
import type { Stage } from '../../contract/worker-protocol.ts';
import { writeApng } from '../../tests/fixtures/apng.ts';
import { moving, movingCard, picture } from '../../tests/fixtures/pictures.ts';
import { greyProfile, rgbProfile } from '../../tests/fixtures/profiles.ts';
import { loadCodecs } from '../codecs.ts';
import { convert } from './convert.ts';
import { embedMetadata } from './metadata/embed.ts';

const codecs = await loadCodecs('native');

async function run(
  bytes: Uint8Array,
  recipe: RecipeInput,
): Promise<{ readonly output: Uint8Array; readonly report: Report }> {
  const result = await convert({ name: 'a', bytes, recipe: parseRecipe(recipe) }, codecs, () => undefined);
  return { report: result.report, output: result.bytes ?? bytes };
}

function fateOf(report: Report, aspect: Aspect): Fidelity['fate'] | undefined {
  return report.fidelity.find((each) => each.aspect === aspect)?.fate;
}

describe('the same work as sharp', () => {
  it.each([
    ['webp', (image: Sharp) => image.webp({ quality: 80 })],
    ['jpeg', (image: Sharp) => image.jpeg({ quality: 80, mozjpeg: true })],
  ] as const)('%s, quality 80, balanced: equal bytes', async (to, plain) => {
    const bytes = await sharp(await picture())
      .png()
      .toBuffer();
    const { output } = await run(bytes, { to, quality: 80 });
    expect(Buffer.compare(output, await plain(sharp(bytes)).toBuffer())).toBe(0);
  });

  it('a JPEG made smaller is resampled while it is decoded', async () => {
    const bytes = await picture({ width: 901, height: 677 });
    const { output } = await run(bytes, { to: 'png', effort: 'fast', resize: { width: 200 } });
    const plain = await sharp(bytes).resize({ width: 200, height: 150, fit: 'fill' }).raw().toBuffer();
    expect(Buffer.compare(await sharp(output).raw().toBuffer(), plain)).toBe(0);
  });
});

describe('memory', () => {
  it('of the pixels is given back at once, and that of the source is left to its owner', async () => {
    const raw: Uint8Array[] = [];
    const watched = ((input: Uint8Array, options: SharpOptions) => {
      if (options.raw !== undefined) raw.push(input);
      return sharp(input, options);
    }) as typeof sharp;
    const bytes = await picture();
    const recipe = parseRecipe({ to: 'jpeg', quality: 80, resize: { width: 100 } });
    const params = { name: 'a', bytes, recipe };
    const { bytes: output } = await convert(params, { ...codecs, sharp: watched }, () => undefined);
    expect(raw.map(({ length }) => length)).toEqual([0]);
    expect(await sharp(bytes).metadata()).toMatchObject({ width: 320 });
    expect(await sharp(output).metadata()).toMatchObject({ width: 100 });
  });
});

describe('the report', () => {
  it('tells the stages as they come, and their times', async () => {
    const stages: Stage[] = [];
    const recipe = parseRecipe({ to: 'webp', quality: 80, resize: { width: 100 } });
    const bytes = await picture({ format: 'png' });
    const { report } = await convert({ name: 'a', bytes, recipe }, codecs, (stage) => stages.push(stage));
    expect(stages).toEqual(['decode', 'transform', 'encode', 'verify']);
    const { decode, transform, encode, verify, total } = report.timings;
    expect(decode + transform + encode + verify).toBeCloseTo(total, 6);
    expect(Math.min(decode, transform, encode, verify)).toBeGreaterThan(0);
    expect(report.worker).toMatchObject({ pid: process.pid, codecs: 'native' });
    expect(report.worker.cpu).toBeGreaterThan(0);
    expect(report.settings).toMatchObject({ encoder: 'libwebp', quality: 80, lossless: false });
    expect(report.source).toMatchObject({ format: 'png', width: 320, height: 240, bytes: bytes.length });
    expect(report.output).toMatchObject({ format: 'webp', width: 100, height: 75 });
  });
});

describe('never larger', () => {
  it('keeps the original when nothing but fewer bytes was asked', async () => {
    const bytes = await sharp(await picture())
      .jpeg({ quality: 10, mozjpeg: true })
      .toBuffer();
    const { report, output } = await run(bytes, { to: 'keep', quality: 95 });
    expect(report.outcome).toBe('kept-original');
    expect(report.output.bytes).toBe(bytes.length);
    expect(output).toBe(bytes);
  });

  it.each<readonly [string, RecipeInput]>([
    ['another format', { to: 'png' }],
    ['another size', { resize: { width: 300 } }],
    ['another direction', { rotate: 90 }],
    ['metadata gone', { metadata: 'strip' }],
  ])('does not keep it when it was asked for %s', async (_, recipe) => {
    const bytes = await sharp(await picture())
      .withExif({ IFD0: { Artist: 'Ada' } })
      .jpeg({ quality: 10, mozjpeg: true })
      .toBuffer();
    const { report } = await run(bytes, { to: 'jpeg', quality: 100, ...recipe });
    expect(report.outcome).toBe('converted');
  });
});

describe('transparency', () => {
  const half = async (): Promise<Buffer> =>
    sharp({ create: { width: 8, height: 8, channels: 4, background: { r: 255, g: 0, b: 0, alpha: 0.5 } } })
      .png()
      .toBuffer();

  it('has the background behind it where the format has none', async () => {
    const { output, report } = await run(await half(), { to: 'jpeg', quality: 100, background: '#0000ff' });
    const [red = 0, green = 0, blue = 0] = await sharp(output).raw().toBuffer();
    expect(Math.abs(red - 128)).toBeLessThan(4);
    expect(green).toBeLessThan(4);
    expect(Math.abs(blue - 127)).toBeLessThan(4);
    expect(fateOf(report, 'transparency')).toBe('dropped');
  });

  it.each(['png', 'webp', 'avif', 'jxl', 'tiff'] as const)('stays half in %s', async (to) => {
    const { output, report } = await run(await half(), { to, effort: 'fast' });
    expect(fateOf(report, 'transparency')).toBe('kept');
    const readable = to === 'jxl' ? (await run(output, { to: 'png', effort: 'fast' })).output : output;
    const pixel = await sharp(readable).raw().toBuffer();
    expect(Math.abs((pixel[3] ?? 0) - 128)).toBeLessThan(4);
  });

  it.each([{ lossless: true }, {}])(
    'is kept where a solid card moves over nothing, as WebP with %j',
    async (loss) => {
      const { output, report } = await run(await movingCard({ channels: 4 }), { to: 'webp', ...loss });
      expect(fateOf(report, 'transparency')).toBe('kept');
      const { data, info } = await sharp(output, { animated: true })
        .raw()
        .toBuffer({ resolveWithObject: true });
      expect(info).toMatchObject({ channels: 4, pages: 3 });
      expect(data[3]).toBe(0);
    },
  );

  it('of grey is kept too', async () => {
    const grey = await sharp(Buffer.from([100, 60, 100, 60]), { raw: { width: 2, height: 1, channels: 2 } })
      .toColourspace('b-w')
      .png()
      .toBuffer();
    expect((await sharp(grey).metadata()).channels).toBe(2);
    const { output } = await run(grey, { to: 'webp', lossless: true });
    expect([...(await sharp(output).raw().toBuffer())].slice(0, 4)).toEqual([100, 100, 100, 60]);
  });
});

describe('bit depth', () => {
  const deep = async (): Promise<Buffer> => {
    const data = Uint16Array.from({ length: 64 * 3 }, (_, at) => at * 331 + 1);
    return sharp(data, { raw: { width: 8, height: 8, channels: 3 } })
      .toColourspace('rgb16')
      .png()
      .toBuffer();
  };

  it.each(['png', 'tiff', 'jxl'] as const)('of 16 stays in %s, to the last bit', async (to) => {
    const bytes = await deep();
    const { output, report } = await run(bytes, { to, lossless: true, rotate: 180 });
    expect(fateOf(report, 'bit-depth')).toBe('kept');
    const back = await run(output, { to: 'png', effort: 'fast', rotate: 180 });
    const numbers = (png: Uint8Array) =>
      sharp(png).toColourspace('rgb16').raw({ depth: 'ushort' }).toBuffer();
    expect(Buffer.compare(await numbers(back.output), await numbers(bytes))).toBe(0);
  });

  it.each(['jpeg', 'webp', 'avif', 'gif'] as const)('becomes 8 in %s, and the report says so', async (to) => {
    const { report } = await run(await deep(), { to, effort: 'fast' });
    expect(report.output.bitDepth).toBeLessThanOrEqual(8);
    expect(fateOf(report, 'bit-depth')).toBe('converted');
  });
});

describe('frames', () => {
  it.each(['gif', 'webp'] as const)('go on moving from GIF to %s', async (to) => {
    const { output, report } = await run(await moving('gif'), { to, resize: { width: 6 } });
    expect(await sharp(output).metadata()).toMatchObject({ pages: 3, delay: [100, 200, 300], loop: 2 });
    expect(report.output).toMatchObject({ width: 6, height: 5, frames: 3 });
    expect(fateOf(report, 'frames')).toBe('kept');
  });

  it.each(['jpeg', 'png', 'avif', 'tiff', 'jxl'] as const)(
    'become the first in %s, which is told',
    async (to) => {
      const { output, report } = await run(await moving('webp'), { to, quality: 80, effort: 'fast' });
      expect(report.output).toMatchObject({ width: 12, height: 9, frames: 1 });
      expect(report.fidelity.find(({ aspect }) => aspect === 'frames')).toMatchObject({
        fate: 'dropped',
        note: expect.stringContaining('3 frames became one') as string,
      });
      if (to === 'jxl') return;
      const [value = 0] = await sharp(output).raw().toBuffer();
      expect(Math.abs(value - 40)).toBeLessThan(4);
    },
  );

  it('of an animated PNG move on in WebP', async () => {
    const frame = (value: number) => ({ width: 4, height: 4, pixels: new Uint8Array(64).fill(value) });
    const bytes = writeApng({ width: 4, height: 4, frames: [frame(255), frame(128)], plays: 3 });
    const { output, report } = await run(bytes, { to: 'webp', lossless: true });
    expect(await sharp(output).metadata()).toMatchObject({ pages: 2, delay: [100, 100], loop: 3 });
    expect(report.source.frames).toBe(2);
    const still = await run(bytes, { to: 'jpeg' });
    expect(fateOf(still.report, 'frames')).toBe('dropped');
  });

  it('that are all the same become one that stands still', async () => {
    const same = Buffer.alloc(12 * 9 * 3 * 4, 77);
    const bytes = await sharp(same, { raw: { width: 12, height: 36, channels: 3, pageHeight: 9 } })
      .gif({ keepDuplicateFrames: true })
      .toBuffer();
    expect((await sharp(bytes).metadata()).pages).toBe(4);
    const { report } = await run(bytes, { to: 'webp', lossless: true });
    expect(fateOf(report, 'frames')).toBe('kept');
  });
});

describe('profiles', () => {
  it('that are not sRGB stay, also when metadata is stripped', async () => {
    const p3 = await rgbProfile('p3');
    const bytes = embedMetadata(await picture({ format: 'png' }), 'png', { icc: p3 });
    for (const to of ['jpeg', 'png', 'webp', 'avif', 'tiff', 'jxl'] as const) {
      const { output, report } = await run(bytes, { to, effort: 'fast', metadata: 'strip' });
      expect(fateOf(report, 'profile'), to).toBe('kept');
      if (to !== 'jxl') expect((await sharp(output).metadata()).icc?.length, to).toBe(p3.length);
    }
  });

  it('for RGB never end up in a grey PNG, however grey the picture is', async () => {
    const grey = await sharp(await picture())
      .grayscale()
      .toColourspace('srgb')
      .png()
      .toBuffer();
    const bytes = embedMetadata(grey, 'png', { icc: await rgbProfile('p3') });
    const { output } = await run(bytes, { to: 'png', rotate: 180 });
    expect(await sharp(output).metadata()).toMatchObject({ channels: 3, hasProfile: true });
  });

  it('for grey stay with grey and are converted where grey becomes RGB', async () => {
    const grey = await sharp(Buffer.alloc(64, 100), { raw: { width: 8, height: 8, channels: 1 } })
      .toColourspace('b-w')
      .png()
      .toBuffer();
    const bytes = embedMetadata(grey, 'png', { icc: greyProfile(1.8) });
    const jpeg = await run(bytes, { to: 'jpeg' });
    expect(await sharp(jpeg.output).metadata()).toMatchObject({ channels: 1, hasProfile: true });
    expect(fateOf(jpeg.report, 'profile')).toBe('kept');
    const webp = await run(bytes, { to: 'webp', lossless: true });
    expect((await sharp(webp.output).metadata()).hasProfile).toBe(false);
    expect(fateOf(webp.report, 'profile')).toBe('converted');
    expect((await sharp(webp.output).raw().toBuffer())[0]).toBeGreaterThan(110);
  });

  it('made for another model are dropped, and the report says so', async () => {
    const bytes = embedMetadata(await picture(), 'jpeg', { icc: greyProfile(2.2) });
    const { output, report } = await run(bytes, { to: 'webp' });
    expect(fateOf(report, 'profile')).toBe('dropped');
    expect((await sharp(output).metadata()).hasProfile).toBe(false);
  });
});

describe('metadata', () => {
  it.each(['jpeg', 'png', 'webp', 'avif', 'jxl'] as const)('EXIF arrives in %s, upright', async (to) => {
    const bytes = await sharp(await picture())
      .withExif({ IFD0: { Artist: 'Ada Lovelace' } })
      .withMetadata({ orientation: 6 })
      .jpeg()
      .toBuffer();
    const { output, report } = await run(bytes, { to, effort: 'fast' });
    expect(report.output).toMatchObject({ width: 240, height: 320 });
    const readable = to === 'jxl' ? (await run(output, { to: 'png', effort: 'fast' })).output : output;
    const { exif, orientation } = await sharp(readable).metadata();
    expect(exif?.includes('Ada Lovelace')).toBe(true);
    expect(orientation ?? 1).toBe(1);
  });
});

describe('drawings', () => {
  it('are drawn at the size that is asked for', async () => {
    // A hard edge stays hard: blown up from 10 pixels it would be soft.
    const svg = Buffer.from(
      '<svg xmlns="http://www.w3.org/2000/svg" width="10" height="10"><rect width="5" height="10" fill="#000"/></svg>',
    );
    const recipe = { to: 'png', resize: { width: 1000, enlarge: true } } as const;
    const { output, report } = await run(svg, recipe);
    expect(report.output).toMatchObject({ width: 1000, height: 1000 });
    expect(fateOf(report, 'vectors')).toBe('converted');
    const row = (await sharp(output).extractChannel(3).raw().toBuffer()).subarray(0, 1000);
    expect(row.filter((value) => value > 0 && value < 255).length).toBeLessThanOrEqual(2);
  });
});
