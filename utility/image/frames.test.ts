import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { parseRecipe, type RecipeInput } from '../../contract/recipe.ts';
import type { Converted } from '../../contract/worker-protocol.ts';
import { writeApng } from '../../tests/fixtures/apng.ts';
import { moving } from '../../tests/fixtures/pictures.ts';
import { loadCodecs } from '../codecs.ts';
import { convert } from './convert.ts';

const codecs = await loadCodecs('native');

function run(bytes: Uint8Array, recipe: RecipeInput): Promise<Converted> {
  return convert({ name: 'a', bytes, recipe: parseRecipe(recipe) }, codecs, () => undefined);
}

/** Three pages of 8x8. */
async function scan(): Promise<Buffer> {
  return sharp(Buffer.alloc(8 * 24 * 3, 90), { raw: { width: 8, height: 24, channels: 3, pageHeight: 8 } })
    .tiff()
    .toBuffer();
}

const frame = (value: number) => ({ width: 4, height: 4, pixels: new Uint8Array(64).fill(value) });
const animatedPng = (): Uint8Array => writeApng({ width: 4, height: 4, frames: [frame(255), frame(128)] });

/** Two frames of 4x4, by cjxl: nothing here writes JPEG XL that moves. */
const movingJxl = (): Uint8Array =>
  Buffer.from('/woYEEEAFhSXBAgIoIIAADwASxiLFcJJQV5AAoD+AAAACAgykQoBAEAASxiLFcJJAuYFJAAYgPwAAA==', 'base64');

const inPlace: RecipeInput = { output: { place: 'in-place' } };

describe('a picture of several pages or frames that would become one in its own format', () => {
  it.each<readonly [string, () => Promise<Uint8Array> | Uint8Array, RecipeInput]>([
    ['TIFF', scan, {}],
    ['TIFF in place', scan, inPlace],
    ['TIFF, by the name of its format', scan, { to: 'tiff' }],
    ['TIFF among the best formats', scan, { to: 'best', bestOf: ['tiff', 'jpeg'] }],
    ['TIFF where lost pages are refused', scan, { animation: 'refuse' }],
    ['animated PNG', animatedPng, {}],
    ['animated PNG in place', animatedPng, inPlace],
    ['moving JPEG XL', movingJxl, {}],
    ['animated PNG among formats that stand still', animatedPng, { to: 'best', bestOf: ['png', 'jpeg'] }],
  ])('keeps its own bytes: %s', async (_, make, recipe) => {
    const bytes = await make();
    const { bytes: output, report } = await run(bytes, recipe);
    expect(output).toBeUndefined();
    expect(report).toMatchObject({ outcome: 'kept-original', output: { bytes: bytes.length } });
    expect(report.output.format).toBe(report.source.format);
    expect(report.kept).toMatch(
      /^it has (?:3 pages|2 frames), and Millrace writes (?:TIFF|PNG|JPEG XL) with one$/,
    );
    expect(report.fidelity).toContainEqual(expect.objectContaining({ aspect: 'frames', fate: 'kept' }));
  });

  it('becomes the first where more than fewer bytes was asked of a copy, and the report says so', async () => {
    const { bytes, report } = await run(await scan(), { resize: { width: 4 } });
    expect((await sharp(bytes).metadata()).pages ?? 1).toBe(1);
    expect(report.fidelity).toContainEqual({
      aspect: 'frames',
      fate: 'dropped',
      note: '3 pages became one, the main one',
    });
  });
});

it('the first page of a TIFF is taken in another format, and the report says so', async () => {
  const { report } = await run(await scan(), { to: 'jpeg' });
  expect(report.output).toMatchObject({ format: 'jpeg', frames: 1 });
  expect(report.fidelity).toContainEqual({
    aspect: 'frames',
    fate: 'dropped',
    note: '3 pages became one, the main one',
  });
});

describe('refused from the header', () => {
  it.each<readonly [string, () => Promise<Uint8Array> | Uint8Array, RecipeInput]>([
    ['pages where that is wished', scan, { to: 'jpeg', animation: 'refuse' }],
    ['frames where that is wished', () => moving('gif'), { to: 'jpeg', animation: 'refuse' }],
    ['pages in place, in another format', scan, { to: 'jpeg', ...inPlace }],
    ['pages in place, in the best format', scan, { to: 'best', ...inPlace }],
    ['pages in place, smaller', scan, { resize: { width: 4 }, ...inPlace }],
    ['frames in place, in another format', () => moving('gif'), { to: 'jpeg', ...inPlace }],
    ['frames in place, turned', animatedPng, { rotate: 90, ...inPlace }],
  ])('%s', async (_, make, recipe) => {
    await expect(run(await make(), recipe)).rejects.toMatchObject({
      code: 'animation-refused',
      message: expect.stringMatching(
        /^a has [23] (?:pages|frames), and Millrace writes \w+ with one\./,
      ) as string,
    });
  });

  it('but not where all frames go on moving in place', async () => {
    const { report } = await run(await moving('gif'), { to: 'webp', ...inPlace });
    expect(report.output.frames).toBe(3);
  });
});
