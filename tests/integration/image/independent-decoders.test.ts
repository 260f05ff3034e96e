import { execFile, execFileSync } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { formatTraits, outputFormats, type OutputFormat } from '../../../contract/formats.ts';
import { parseRecipe } from '../../../contract/recipe.ts';
import { loadCodecs } from '../../../utility/codecs.ts';
import { convert } from '../../../utility/image/convert.ts';
import { picture } from '../../fixtures/pictures.ts';
import { temporaryFolder } from '../../fixtures/temporary-folder.ts';

const codecs = await loadCodecs('native');

/** A program that shares no code with our encoders' libraries' JavaScript, and how it turns a file into a picture. */
const decoders: Readonly<Record<OutputFormat, readonly [program: string, ...args: string[]]>> = {
  jpeg: ['djpeg', '-outfile', '{out}.ppm', '{in}'],
  png: ['convert', 'png:{in}', '-depth', '8', '{out}.ppm'],
  webp: ['dwebp', '-quiet', '{in}', '-ppm', '-o', '{out}.ppm'],
  avif: ['avifdec', '{in}', '{out}.png'],
  jxl: ['djxl', '{in}', '{out}.ppm'],
  gif: ['convert', 'gif:{in}', '-depth', '8', '{out}.ppm'],
  tiff: ['convert', 'tiff:{in}', '-depth', '8', '{out}.ppm'],
};

function isMissing(program: string): boolean {
  try {
    execFileSync('sh', ['-c', `command -v ${program}`]);
    // Some machines have another program of that name.
    return program === 'convert' && !execFileSync('convert', ['-version']).includes('ImageMagick');
  } catch {
    return true;
  }
}

interface Decoded {
  readonly width: number;
  readonly height: number;
  /** RGB, 8 bits. */
  readonly pixels: Uint8Array;
}

async function readPng(path: string): Promise<Decoded> {
  const { data, info } = await sharp(path).removeAlpha().raw().toBuffer({ resolveWithObject: true });
  return { width: info.width, height: info.height, pixels: data };
}

/** Binary RGB (P6) of Netpbm, 8 bits. */
async function readPpm(path: string): Promise<Decoded> {
  const bytes = await readFile(path);
  const header = /^P6\s+(?:#[^\n]*\n)*(\d+)\s+(\d+)\s+255\s/.exec(bytes.toString('latin1', 0, 200));
  if (header === null) throw new Error(`${path} is not an RGB picture of 8 bits.`);
  return { width: Number(header[1]), height: Number(header[2]), pixels: bytes.subarray(header[0].length) };
}

describe.each(outputFormats)('%s', (to) => {
  const [program, ...args] = decoders[to];

  it.skipIf(isMissing(program))(`looks to ${program} as it should`, async () => {
    const folder = await temporaryFolder();
    const source = await picture({ width: 200, height: 120 });
    const recipe = parseRecipe({ to, quality: 90, effort: 'fast', metadata: 'keep' });
    const { bytes } = await convert({ name: 'a.jpg', bytes: source, recipe }, codecs, () => undefined);
    const file = join(folder, `a.${formatTraits[to].extensions[0]}`);
    await writeFile(file, bytes ?? source);
    const out = join(folder, 'decoded');
    const filled = args.map((arg) => arg.replace('{in}', file).replace('{out}', out));
    await promisify(execFile)(program, filled);
    const decoded = args.includes('{out}.png') ? await readPng(`${out}.png`) : await readPpm(`${out}.ppm`);
    expect(decoded).toMatchObject({ width: 200, height: 120 });
    const original = await sharp(source).raw().toBuffer();
    const difference = original.reduce(
      (sum, value, at) => sum + Math.abs(value - (decoded.pixels[at] ?? 0)),
      0,
    );
    // GIF has 256 colours; the others are within what quality 90 costs.
    expect(difference / original.length).toBeLessThan(to === 'gif' ? 12 : 4);
  });
});
