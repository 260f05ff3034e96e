import { readdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { outputFormats } from '../../../contract/formats.ts';
import { parseRecipe, type RecipeInput } from '../../../contract/recipe.ts';
import type { Converted } from '../../../contract/worker-protocol.ts';
import { loadCodecs } from '../../../utility/codecs.ts';
import { convert } from '../../../utility/image/convert.ts';
import { probe } from '../../../utility/image/probe.ts';
import { corpus } from '../../fixtures/corpus.ts';

const codecs = await loadCodecs('native');
const at = (...path: string[]): string => join(corpus ?? '', ...path);

async function run(file: string, recipe: RecipeInput): Promise<Converted & { readonly output: Uint8Array }> {
  const bytes = await readFile(at(file));
  const result = await convert({ name: file, bytes, recipe: parseRecipe(recipe) }, codecs, () => undefined);
  return { ...result, output: result.bytes ?? bytes };
}

/**
 * Colours after colour management: 8-bit sRGB over white, at full size unless one is given (a decoder's own way of
 * shrinking is no colour).
 */
async function look(bytes: Uint8Array, size?: number): Promise<Buffer> {
  const { hasProfile, depth } = await sharp(bytes).metadata();
  const image = sharp(bytes).autoOrient().flatten({ background: '#ffffff' }).toColourspace('srgb');
  // sharp works on deep pictures that have a profile in Display P3 and must be told to come back.
  if (hasProfile && depth === 'ushort') image.withIccProfile('srgb');
  if (size !== undefined) image.resize(size, size, { fit: 'fill' });
  return image.removeAlpha().raw().toBuffer();
}

function meanDifference(a: Uint8Array, b: Uint8Array): number {
  expect(a.length).toBe(b.length);
  return a.reduce((sum, value, index) => sum + Math.abs(value - (b[index] ?? 0)), 0) / a.length;
}

describe.skipIf(corpus === undefined)('real pictures', () => {
  describe('every format to every other', () => {
    const sources = [
      'tricky/Landscape_1.jpg',
      'tricky/with-alpha.png',
      'tricky/tbgn2c16.png',
      'tricky/5_webp_a.webp',
      'tricky/animated-loop-3.webp',
      'tricky/animated-loop-3.gif',
      'tricky/uncompressed_tiff.tiff',
      'tricky/check.svg',
      'tricky/sdr_cosmos12920_cicp1-13-6_yuv444_full_qp10.avif',
    ];
    it.each(sources.flatMap((source) => outputFormats.map((to) => [source, to] as const)))(
      '%s to %s opens again and says what became of it',
      async (source, to) => {
        const { output, report } = await run(source, { to, effort: 'fast' });
        const header = await probe(output, source, codecs);
        expect(header).toMatchObject({
          format: to,
          width: report.source.width,
          height: report.source.height,
        });
        expect(report.output).toMatchObject({ format: to, bytes: output.byteLength });
        expect(report.timings.total).toBeGreaterThan(0);
        if (report.source.frames > 1) {
          const fate = to === 'gif' || to === 'webp' ? 'kept' : 'dropped';
          expect(report.fidelity.find(({ aspect }) => aspect === 'frames')?.fate).toBe(fate);
        }
        if (report.source.transparency && to === 'jpeg') {
          expect(report.fidelity.find(({ aspect }) => aspect === 'transparency')?.fate).toBe('dropped');
        }
      },
    );
  });

  describe('orientation', () => {
    it.each(['Landscape', 'Portrait'].flatMap((way) => [2, 3, 4, 5, 6, 7, 8].map((n) => [way, n] as const)))(
      '%s_%i looks like its upright sister, and the output needs no turning',
      async (way, n) => {
        const upright = await look(await readFile(at(`tricky/${way}_1.jpg`)), 60);
        const { output, report } = await run(`tricky/${way}_${String(n)}.jpg`, { to: 'webp' });
        expect((await sharp(output).metadata()).orientation ?? 1).toBe(1);
        expect(report.output.width > report.output.height).toBe(way === 'Landscape');
        expect(report.fidelity.find(({ aspect }) => aspect === 'orientation')?.fate).toBe('converted');
        // The sisters were saved at different times by different programs.
        expect(meanDifference(await look(output, 60), upright)).toBeLessThan(20);
      },
    );
  });

  describe('colour', () => {
    const pictures = [
      'tricky/Channel_digital_image_CMYK_color.jpg',
      'tricky/Channel_digital_image_CMYK_color_no_profile.jpg',
      'tricky/fogra-0-100-100-0.tif',
      'tricky/cielab-dagams.tiff',
      'tricky/Flag_of_the_Netherlands-16bit.png',
      'tricky/tifftag-photoshop.tiff',
      'tricky/p3.png',
      'tricky/prophoto.png',
      'tricky/16-bit-grey-alpha.png',
      'tricky/grey-8bit-alpha.png',
      'tricky/Landscape_2.jpg',
    ];
    it.each(
      pictures.flatMap((file) =>
        (['keep', 'srgb'] as const).flatMap((colour) =>
          (['webp', 'png', 'avif', 'jpeg'] as const).map((to) => [file, colour, to] as const),
        ),
      ),
    )('%s, colour %s, as %s looks as before', async (file, colour, to) => {
      const { output, report } = await run(file, {
        to,
        colour,
        quality: 95,
        effort: 'fast',
        metadata: 'strip',
      });
      const before = await look(await readFile(at(file)));
      expect(meanDifference(await look(output), before)).toBeLessThan(4);
      if (colour === 'srgb') expect(report.output.colour).toMatch(/^(sRGB|grey)/);
    });

    it('keeps Display P3 where nobody asked for anything else', async () => {
      const { output } = await run('tricky/p3.png', { to: 'webp', lossless: true });
      expect((await sharp(output).metadata()).icc?.byteLength).toBeGreaterThan(0);
    });
  });

  it.each(corpus === undefined ? [] : readdirSync(at('heic')))(
    '%s from a phone becomes a JPEG with its date and place',
    async (file) => {
      const { output, report } = await run(`heic/${file}`, { to: 'jpeg', resize: { longestEdge: 800 } });
      const header = await sharp(output).metadata();
      expect(Math.max(header.width, header.height)).toBe(800);
      expect(header.exif === undefined).toBe(
        report.fidelity.every(({ aspect, fate }) => aspect !== 'exif' || fate === 'dropped'),
      );
    },
  );

  it('reads what it wrote as JPEG XL', async () => {
    const { output } = await run('tricky/Landscape_1.jpg', { to: 'jxl', quality: 95, effort: 'fast' });
    const recipe = parseRecipe({ to: 'png', effort: 'fast' });
    const { bytes } = await convert({ name: 'a.jxl', bytes: output, recipe }, codecs, () => undefined);
    expect(
      meanDifference(await look(bytes ?? output), await look(await readFile(at('tricky/Landscape_1.jpg')))),
    ).toBeLessThan(4);
  });

  it.each(['tricky/truncated.png'])('%s is refused as damaged', async (file) => {
    await expect(run(file, { to: 'webp' })).rejects.toMatchObject({ code: 'damaged-image' });
  });

  it('refuses a picture over the limit from its header, before anything is inflated', async () => {
    await expect(run('tricky/65536-uint32-limit.png', { to: 'webp' })).rejects.toMatchObject({
      code: 'too-many-pixels',
    });
  });
});
