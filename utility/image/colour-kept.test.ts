import sharp, { type Sharp } from 'sharp';
import { describe, expect, it } from 'vitest';
import { parseRecipe } from '../../contract/recipe.ts';
import type { Report } from '../../contract/report.ts';
import { labTiff } from '../../tests/fixtures/lab-tiff.ts';
import { loadCodecs } from '../codecs.ts';
import { convert } from './convert.ts';

const codecs = await loadCodecs('native');

/** Patches in sRGB that paper can show as well. */
const patches = [
  [180, 90, 80],
  [90, 140, 100],
  [90, 110, 150],
  [200, 180, 120],
  [120, 120, 120],
  [225, 225, 225],
] as const;
const edge = 16;

function patchwork(): Sharp {
  const data = Buffer.from(patches.flat());
  return sharp(data, { raw: { width: patches.length, height: 1, channels: 3 } }).resize(
    patches.length * edge,
    edge,
    { kernel: 'nearest', fit: 'fill' },
  );
}

/** sRGB to CIE L*a*b* of its own white, D65: IEC 61966-2-1, CIE 15. */
function toLab(rgb: readonly number[]): number[] {
  const [r = 0, g = 0, b = 0] = rgb.map((value) => {
    const part = value / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  const [x = 0, y = 0, z = 0] = [
    (0.4124 * r + 0.3576 * g + 0.1805 * b) / 0.9505,
    0.2126 * r + 0.7152 * g + 0.0722 * b,
    (0.0193 * r + 0.1192 * g + 0.9505 * b) / 1.089,
  ].map((value) => (value > 216 / 24_389 ? Math.cbrt(value) : (24_389 / 27 / 116) * value + 16 / 116));
  return [116 * y - 16, 500 * (x - y), 200 * (y - z)];
}

/** The same patches as files have them, and how far from them the colours may be: printing changes most. */
const files: readonly (readonly [name: string, within: number, make: () => Promise<Uint8Array>])[] = [
  ['sRGB', 3, () => patchwork().png().toBuffer()],
  ['Display P3', 3, () => patchwork().withIccProfile('p3').png().toBuffer()],
  ['16 bits', 3, () => patchwork().toColourspace('rgb16').png().toBuffer()],
  [
    '16 bits in Display P3',
    4,
    () => patchwork().toColourspace('rgb16').withIccProfile('p3').png().toBuffer(),
  ],
  [
    'CMYK',
    25,
    () =>
      patchwork()
        .withIccProfile('cmyk')
        .toColourspace('cmyk')
        .jpeg({ quality: 95, chromaSubsampling: '4:4:4' })
        .toBuffer(),
  ],
  [
    'Lab',
    4,
    () =>
      Promise.resolve(
        labTiff(patches.length * edge, edge, (x) => toLab(patches[Math.floor(x / edge)] ?? [])),
      ),
  ],
];

/** The middle of each patch after colour management, 8-bit sRGB. */
async function look(bytes: Uint8Array): Promise<number[][]> {
  const { hasProfile, depth } = await sharp(bytes).metadata();
  const image = sharp(bytes).toColourspace('srgb');
  // sharp works on deep pictures that have a profile in Display P3 and must be told to come back.
  if (hasProfile && depth === 'ushort') image.withIccProfile('srgb');
  const { data, info } = await image.removeAlpha().raw().toBuffer({ resolveWithObject: true });
  return patches.map((_, index) => {
    const at = ((edge / 2) * info.width + index * edge + edge / 2) * 3;
    return [...data.subarray(at, at + 3)];
  });
}

type Colours = readonly (readonly number[])[];

/** The largest difference in any channel. */
function distance(some: Colours, others: Colours): number {
  const differences = some.flatMap((colour, index) =>
    colour.map((value, channel) => Math.abs(value - (others[index]?.[channel] ?? 0))),
  );
  return Math.max(...differences);
}

async function run(
  bytes: Uint8Array,
  to: 'webp' | 'png' | 'avif' | 'jpeg' | 'tiff',
  colour: 'keep' | 'srgb',
): Promise<{ readonly output: Uint8Array; readonly report: Report }> {
  const recipe = parseRecipe({ to, colour, quality: 95, effort: 'fast', metadata: 'strip' });
  const result = await convert({ name: 'patches', bytes, recipe }, codecs, () => undefined);
  return { report: result.report, output: result.bytes ?? bytes };
}

describe.each(files)('patches in %s', (name, within, make) => {
  it.each(
    (['keep', 'srgb'] as const).flatMap((colour) =>
      (['webp', 'png', 'avif', 'jpeg', 'tiff'] as const).map((to) => [colour, to] as const),
    ),
  )('colour %s, as %s, look as they did', async (colour, to) => {
    const source = await make();
    const { output, report } = await run(source, to, colour);
    const looks = await look(output);
    expect(distance(looks, patches)).toBeLessThanOrEqual(within);
    expect(distance(looks, await look(source))).toBeLessThanOrEqual(4);
    const keepsProfile = colour === 'keep' && name.includes('P3');
    expect(report.output.colour).toMatch(keepsProfile ? /P3/ : /^sRGB$/);
  });
});

it('16 bits stay 16 where the format has them', async () => {
  const deep = await patchwork().toColourspace('rgb16').png().toBuffer();
  const depth = async (to: 'png' | 'tiff' | 'webp') => (await run(deep, to, 'keep')).report.output.bitDepth;
  expect([await depth('png'), await depth('tiff'), await depth('webp')]).toEqual([16, 16, 8]);
});
