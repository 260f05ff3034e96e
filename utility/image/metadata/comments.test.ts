import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { parseRecipe, type RecipeInput } from '../../../contract/recipe.ts';
import type { Report } from '../../../contract/report.ts';
import { moving, picture } from '../../../tests/fixtures/pictures.ts';
import { loadCodecs } from '../../codecs.ts';
import { convert } from '../convert.ts';
import { pngSignature, readPngChunks, writePngChunk } from '../png-chunks.ts';

const codecs = await loadCodecs('native');

async function make(
  bytes: Uint8Array,
  recipe: RecipeInput,
): Promise<{ readonly output: Buffer; readonly report: Report }> {
  const asked = parseRecipe({ effort: 'fast', quality: 90, ...recipe });
  const result = await convert({ name: 'a', bytes, recipe: asked }, codecs, () => undefined);
  return { output: Buffer.from(result.bytes ?? bytes), report: result.report };
}

const latin = (text: string): Buffer => Buffer.from(text, 'latin1');

/** A PNG that tells who, when, a secret in three ways, and what a program noted for itself. */
async function talkativePng(): Promise<Buffer> {
  const [header, ...rest] = readPngChunks(await picture({ width: 40, height: 30, format: 'png' }));
  return Buffer.concat([
    pngSignature,
    header?.whole ?? latin(''),
    writePngChunk('tIME', Uint8Array.of(7, 208, 1, 2, 3, 4, 5)),
    writePngChunk('tEXt', latin('Copyright\0Ada')),
    writePngChunk('tEXt', latin('Comment\0secret one')),
    writePngChunk('iTXt', latin('Description\0\0\0\0\0secret two')),
    writePngChunk('zTXt', latin('Warning\0\0secret three')),
    writePngChunk('tEXt', latin('Raw profile type 8bim\0secret four')),
    ...rest.map(({ whole }) => whole),
  ]);
}

function segment(marker: number, text: string): Buffer {
  return Buffer.concat([Buffer.from([0xff, marker, 0, text.length + 2]), latin(text)]);
}

async function talkativeJpeg(options: { foreign: boolean } = { foreign: true }): Promise<Buffer> {
  const jpeg = await sharp(await picture({ width: 40, height: 30 }))
    .jpeg({ quality: 95 })
    .toBuffer();
  return Buffer.concat([
    jpeg.subarray(0, 2),
    segment(0xfe, 'secret one'),
    ...(options.foreign ? [segment(0xeb, 'JP secret two'), segment(0xe2, 'MPF\0secret three')] : []),
    jpeg.subarray(2),
  ]);
}

/** A comment before the trailer. */
async function talkativeGif(): Promise<Buffer> {
  const gif = await moving('gif');
  return Buffer.concat([gif.subarray(0, -1), Buffer.from([0x21, 0xfe, 6]), latin('secret\0;')]);
}

function fate(report: Report): string | undefined {
  return report.fidelity.find(({ aspect }) => aspect === 'comments')?.fate;
}

const sources = { png: talkativePng, jpeg: talkativeJpeg, gif: talkativeGif };

describe('stripped metadata', () => {
  it.each([
    ['png', {}],
    ['png', { palette: true }],
    ['jpeg', {}],
    ['jpeg', { lossless: true }],
    ['jpeg', { to: 'best', quality: 'auto', bestOf: ['jpeg'] }],
    ['gif', {}],
  ] as const)('takes comments out of a %s with %j', async (format, recipe) => {
    const bytes = await sources[format]();
    expect(bytes.includes('secret')).toBe(true);
    const { output, report } = await make(bytes, { metadata: 'strip', ...recipe } as RecipeInput);
    expect(output.includes('secret')).toBe(false);
    expect(output.includes('Copyright')).toBe(false);
    expect(report).toMatchObject({ outcome: 'converted', output: { format } });
    expect(fate(report)).toBe('dropped');
  });
});

describe('kept metadata', () => {
  it('has the text of a PNG in a PNG, but for what programs noted', async () => {
    const { output, report } = await make(await talkativePng(), { rotate: 90 });
    for (const text of ['Ada', 'secret one', 'secret two', 'secret three', 'tIME'])
      expect(output.includes(text), text).toBe(true);
    expect(output.includes('secret four')).toBe(false);
    expect(fate(report)).toBe('converted');
  });

  it.each([false, true])('has the comments of a JPEG in a JPEG, lossless %s', async (lossless) => {
    const { output, report } = await make(await talkativeJpeg({ foreign: false }), {
      lossless,
      ...(lossless ? {} : { rotate: 90 }),
    });
    expect(output.includes('secret one')).toBe(true);
    expect(fate(report)).toBe('kept');
    const { output: other } = await make(await talkativeJpeg(), { rotate: 90 });
    expect(other.includes('secret two') || other.includes('secret three')).toBe(false);
  });

  it.each(['webp', 'png'] as const)('has none of a JPEG in %s, and the report says so', async (to) => {
    const { output, report } = await make(await talkativeJpeg(), { to });
    expect(output.includes('secret')).toBe(false);
    expect(fate(report)).toBe('dropped');
  });
});

it.each<RecipeInput>([{ metadata: 'copyright' }, { gps: 'strip' }])(
  'who and when stay, and nothing else, with %j',
  async (recipe) => {
    const { output, report } = await make(await talkativePng(), recipe);
    expect(output.includes('Ada')).toBe(true);
    expect(output.includes('tIME')).toBe(true);
    expect(output.includes('secret')).toBe(false);
    expect(fate(report)).toBe('converted');
    expect(report.outcome).toBe('converted');
  },
);
