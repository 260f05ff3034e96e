import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import sharp, { type Sharp } from 'sharp';
import { encodeWithJsquash } from './jsquash.ts';
import type { Picture } from './pictures.ts';

export type LossyFormat = 'jpeg' | 'webp' | 'avif' | 'jxl';

/** An encoder that a person could use instead. */
export interface Tool {
  readonly name: string;
  readonly format: LossyFormat;
  /** Its own settings, from coarse to fine; `default` besides. */
  readonly ladder: readonly number[];
  encode(picture: Picture, setting: number | 'default'): Promise<Uint8Array>;
}

const run = promisify(execFile);

const fine = [50, 62, 72, 80, 86, 91, 95, 98];
const ofAvif = [38, 52, 62, 71, 79, 86, 93];

/** Tools that are part of the project's dependencies. */
const inProcess: readonly Tool[] = [
  ofSharp('sharp, as it comes', 'jpeg', fine, (image, quality) => image.jpeg({ ...quality })),
  ofSharp('sharp, mozjpeg: true', 'jpeg', fine, (image, quality) =>
    image.jpeg({ ...quality, mozjpeg: true }),
  ),
  ofSharp('sharp, as it comes', 'webp', fine, (image, quality) => image.webp({ ...quality })),
  ofSharp('sharp, as it comes', 'avif', ofAvif, (image, quality) => image.avif({ ...quality })),
  ofJsquash('jpeg', fine),
  ofJsquash('webp', fine),
  ofJsquash('avif', ofAvif),
  ofJsquash('jxl', fine),
];

interface Program {
  readonly name: string;
  readonly format: LossyFormat;
  readonly program: string;
  readonly ladder: readonly number[];
  /** What it is given, as a file. */
  readonly takes: keyof typeof inputs;
  readonly args: (input: string, output: string, setting: number | 'default') => string[];
}

/** Pictures as files that programs take; as JPEG, nearly as they are, for what takes nothing else. */
const inputs = {
  ppm: async (picture: Picture) => {
    const rgb = await open(picture).removeAlpha().raw().toBuffer();
    return Buffer.concat([Buffer.from(`P6 ${String(picture.width)} ${String(picture.height)} 255\n`), rgb]);
  },
  png: (picture: Picture) => open(picture).png({ compressionLevel: 1 }).toBuffer(),
  jpeg: (picture: Picture) => open(picture).jpeg({ quality: 100, chromaSubsampling: '4:4:4' }).toBuffer(),
};

const asked = (option: string, setting: number | 'default'): string[] =>
  setting === 'default' ? [] : [option, String(setting)];

const programs: readonly Program[] = [
  {
    name: 'cjpeg (libjpeg-turbo)',
    format: 'jpeg',
    program: 'cjpeg',
    ladder: fine,
    takes: 'ppm',
    args: (input, output, setting) => [...asked('-quality', setting), '-outfile', output, input],
  },
  {
    // It takes the name of its input. Without a quality it keeps every pixel of the JPEG it is given.
    name: 'jpegoptim (libjpeg-turbo)',
    format: 'jpeg',
    program: 'jpegoptim',
    ladder: fine,
    takes: 'jpeg',
    args: (input, output, setting) => [
      '--quiet',
      '--force',
      '--strip-all',
      ...(setting === 'default' ? [] : [`--max=${String(setting)}`]),
      `--dest=${dirname(output)}`,
      input,
    ],
  },
  {
    name: 'cwebp',
    format: 'webp',
    program: 'cwebp',
    ladder: fine,
    takes: 'png',
    args: (input, output, setting) => ['-quiet', ...asked('-q', setting), input, '-o', output],
  },
  {
    name: 'avifenc',
    format: 'avif',
    program: 'avifenc',
    // Quantisers from 0 to 63, where 0 is the best.
    ladder: [36, 27, 20, 14, 9, 5, 2],
    takes: 'png',
    args: (input, output, setting) => [
      '-j',
      '1',
      ...(setting === 'default'
        ? []
        : ['--min', '0', '--max', '63', '-a', 'end-usage=q', '-a', `cq-level=${String(setting)}`]),
      input,
      output,
    ],
  },
  {
    name: 'cjxl',
    format: 'jxl',
    program: 'cjxl',
    ladder: fine,
    takes: 'png',
    args: (input, output, setting) => ['--num_threads=0', ...asked('-q', setting), input, output],
  },
  ...(['jpeg', 'webp', 'avif'] as const).map((format) => ({
    name: 'ImageMagick',
    format,
    program: '/usr/bin/convert',
    ladder: format === 'avif' ? ofAvif : fine,
    takes: 'png' as const,
    args: (input: string, output: string, setting: number | 'default') => [
      input,
      ...asked('-quality', setting),
      output,
    ],
  })),
];

/** All tools that work here, and what does not, by name. */
export async function findTools(): Promise<{ tools: readonly Tool[]; missing: readonly string[] }> {
  const probe = {
    name: 'probe',
    kind: 'photo',
    data: Buffer.alloc(64 * 64 * 3, 90),
    width: 64,
    height: 64,
    channels: 3,
  } as const;
  const tools: Tool[] = [...inProcess];
  const missing: string[] = [];
  for (const program of programs) {
    const tool = ofProgram(program);
    try {
      await tool.encode(probe, 'default');
      tools.push(tool);
    } catch {
      missing.push(`${program.name} for ${program.format}`);
    }
  }
  return { tools, missing };
}

function ofSharp(
  name: string,
  format: LossyFormat,
  ladder: readonly number[],
  encode: (image: Sharp, quality: { quality?: number }) => Sharp,
): Tool {
  return {
    name,
    format,
    ladder,
    encode: (picture, setting) =>
      encode(open(picture), setting === 'default' ? {} : { quality: setting }).toBuffer(),
  };
}

function ofJsquash(format: LossyFormat, ladder: readonly number[]): Tool {
  return {
    name: `@jsquash/${format}`,
    format,
    ladder,
    encode: async (picture, setting) => {
      const rgba = await open(picture).ensureAlpha().raw().toBuffer();
      return encodeWithJsquash(format, rgba, picture, setting === 'default' ? {} : { quality: setting });
    },
  };
}

function ofProgram({ name, format, program, ladder, takes, args }: Program): Tool {
  return {
    name,
    format,
    ladder,
    async encode(picture, setting) {
      const folder = await mkdtemp(join(tmpdir(), 'millrace-quality-'));
      try {
        const file = `out.${format === 'jpeg' ? 'jpg' : format}`;
        const output = join(folder, file);
        // In a folder of its own: jpegoptim gives its output the name of its input.
        const input = join(folder, 'given', takes === 'jpeg' ? file : `in.${takes}`);
        await mkdir(dirname(input));
        await writeFile(input, await inputs[takes](picture));
        await run(program, args(input, output, setting));
        return await readFile(output);
      } finally {
        await rm(folder, { recursive: true, force: true });
      }
    },
  };
}

function open({ data, width, height, channels }: Picture): Sharp {
  return sharp(data, { raw: { width, height, channels } }).toColourspace('srgb');
}
