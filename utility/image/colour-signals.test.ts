import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { parseRecipe, type RecipeInput } from '../../contract/recipe.ts';
import type { Report } from '../../contract/report.ts';
import { rgbProfile } from '../../tests/fixtures/profiles.ts';
import { temporaryFolder } from '../../tests/fixtures/temporary-folder.ts';
import { loadCodecs } from '../codecs.ts';
import { convert } from './convert.ts';
import { embedMetadata } from './metadata/embed.ts';
import { pngSignature, readPngChunks, writePngChunk } from './png-chunks.ts';

const codecs = await loadCodecs('native');

async function make(
  bytes: Uint8Array,
  recipe: RecipeInput,
): Promise<{ readonly output: Uint8Array; readonly report: Report }> {
  const asked = parseRecipe({ effort: 'fast', quality: 95, ...recipe });
  const result = await convert({ name: 'a', bytes, recipe: asked }, codecs, () => undefined);
  return { output: result.bytes ?? bytes, report: result.report };
}

/** One colour, 8x8. */
async function plain(channels: 1 | 3 = 3): Promise<Buffer> {
  const data = Buffer.alloc(64 * channels, Buffer.from([200, 60, 90].slice(0, channels)));
  return sharp(data, { raw: { width: 8, height: 8, channels } })
    .toColourspace(channels === 1 ? 'b-w' : 'srgb')
    .png()
    .toBuffer();
}

function saying(png: Uint8Array, ...chunks: readonly [string, Uint8Array][]): Uint8Array {
  const [header, ...rest] = readPngChunks(png);
  const said = chunks.map(([type, data]) => writePngChunk(type, data));
  return Buffer.concat([
    pngSignature,
    header?.whole ?? pngSignature,
    ...said,
    ...rest.map(({ whole }) => whole),
  ]);
}

function numbers(...values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(values.length * 4);
  for (const [at, value] of values.entries()) bytes.writeUInt32BE(value, at * 4);
  return bytes;
}

const gamma = (value: number): [string, Uint8Array] => ['gAMA', numbers(value)];
const srgbChromaticities: [string, Uint8Array] = [
  'cHRM',
  numbers(31_270, 32_900, 64_000, 33_000, 30_000, 60_000, 15_000, 6000),
];
const p3Chromaticities: [string, Uint8Array] = [
  'cHRM',
  numbers(31_270, 32_900, 68_000, 32_000, 26_500, 69_000, 15_000, 6000),
];
const codePoints = (primaries: number, transfer: number): [string, Uint8Array] => [
  'cICP',
  Uint8Array.of(primaries, transfer, 0, 1),
];

/** As a screen shows it: sRGB. */
async function shown(bytes: Uint8Array): Promise<number[]> {
  const raw = await sharp(bytes).toColourspace('srgb').raw().toBuffer();
  return [...raw.subarray(0, 3)];
}

function expectNear(is: readonly number[], should: readonly number[]): void {
  for (const [at, value] of should.entries()) expect(Math.abs((is[at] ?? 0) - value)).toBeLessThanOrEqual(2);
}

function noteOf(report: Report): string | undefined {
  const entry = report.fidelity.find(({ aspect }) => aspect === 'profile');
  return entry === undefined ? undefined : `${entry.fate}: ${entry.note}`;
}

describe('a PNG that says in chunks what its numbers mean', () => {
  const srgbOfP3 = async (): Promise<number[]> =>
    shown(embedMetadata(await plain(), 'png', { icc: await rgbProfile('p3') }));

  it.each([
    ['cHRM', [p3Chromaticities, gamma(45_455)]],
    ['cHRM alone', [p3Chromaticities]],
    ['cICP', [codePoints(12, 13)]],
    ['cICP before sRGB', [codePoints(12, 13), ['sRGB', Uint8Array.of(0)]]],
  ] as const)('looks the same in other formats: Display P3 by %s', async (_, chunks) => {
    const bytes = saying(
      await plain(),
      ...chunks.map(([type, data]) => [type, data] as [string, Uint8Array]),
    );
    for (const recipe of [
      { to: 'png' },
      { to: 'webp', lossless: true },
      { to: 'jpeg', colour: 'srgb' },
    ] as const) {
      const { output, report } = await make(bytes, { rotate: 90, ...recipe });
      expectNear(await shown(output), await srgbOfP3());
      expect(noteOf(report)).toMatch(recipe.to === 'jpeg' ? /^converted: / : /^kept: /);
    }
  });

  it('that are linear in light become as bright as they should be', async () => {
    // 60 of 255 in light is 0.235; sRGB's number for that is 133.
    const bytes = saying(await plain(), gamma(100_000));
    expectNear(await shown((await make(bytes, { to: 'jpeg', colour: 'srgb' })).output), [229, 133, 160]);
    expectNear(await shown((await make(bytes, { to: 'webp', lossless: true })).output), [229, 133, 160]);
  });

  it('in grey too', async () => {
    const bytes = saying(await plain(1), gamma(100_000));
    const { output, report } = await make(bytes, { to: 'webp', lossless: true });
    expectNear(await shown(output), [229, 229, 229]);
    expect(noteOf(report)).toMatch(/^converted: grey, gamma 1\.0/);
  });

  it.each([
    ['sRGB', [['sRGB', Uint8Array.of(0)], gamma(100_000)]],
    ['its numbers', [gamma(45_455), srgbChromaticities]],
    ['a gamma of zero', [gamma(0)]],
    ['primaries that span nothing', [['cHRM', numbers(31_270, 32_900, 1, 1, 1, 1, 1, 1)]]],
    ['cICP', [codePoints(1, 13)]],
  ] as const)('stays sRGB where that is what it says or nothing at all: %s', async (_, chunks) => {
    const bytes = saying(
      await plain(),
      ...chunks.map(([type, data]) => [type, data] as [string, Uint8Array]),
    );
    const { output } = await make(bytes, { to: 'webp', lossless: true });
    expect((await sharp(output).metadata()).hasProfile).toBe(false);
    expectNear(await shown(output), [200, 60, 90]);
  });

  it('is told of where nothing here can honour it: HDR', async () => {
    const bytes = saying(await plain(), codePoints(9, 16));
    const { report } = await make(bytes, { to: 'jpeg' });
    expect(noteOf(report)).toBe('dropped: BT.2020, HDR (PQ) is not honoured; the numbers are taken for sRGB');
  });
});

const encoder = '/usr/bin/avifenc';

describe.skipIf(!existsSync(encoder))('an AVIF that says by code points what its numbers mean', () => {
  async function avif(codes: string): Promise<Buffer> {
    const folder = await temporaryFolder();
    await writeFile(join(folder, 'a.png'), await plain());
    await promisify(execFile)(encoder, [
      '--cicp',
      codes,
      '-l',
      join(folder, 'a.png'),
      join(folder, 'a.avif'),
    ]);
    return readFile(join(folder, 'a.avif'));
  }

  it('looks the same in other formats', async () => {
    const { output, report } = await make(await avif('12/13/0'), { to: 'png' });
    expectNear(
      await shown(output),
      await shown(embedMetadata(await plain(), 'png', { icc: await rgbProfile('p3') })),
    );
    expect(noteOf(report)).toBe('kept: Display P3');
  });

  it('is told of where nothing here can honour it', async () => {
    const { report } = await make(await avif('9/18/0'), { to: 'png' });
    expect(noteOf(report)).toBe(
      'dropped: BT.2020, HDR (HLG) is not honoured; the numbers are taken for sRGB',
    );
  });
});
