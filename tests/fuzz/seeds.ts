import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp, { type Sharp } from 'sharp';
import { parseRecipe } from '../../contract/recipe.ts';
import { loadCodecs } from '../../utility/codecs.ts';
import { convert } from '../../utility/image/convert.ts';
import { writeApng } from '../fixtures/apng.ts';
import { corpus } from '../fixtures/corpus.ts';

/** What is spoiled: every format Millrace reads, moving pictures apart from still ones. */
export const seedKinds = [
  'jpeg',
  'png',
  'apng',
  'webp',
  'moving webp',
  'avif',
  'gif',
  'tiff',
  'svg',
  'heic',
  'jxl',
] as const;
export type SeedKind = (typeof seedKinds)[number];

/** Pictures to spoil: small ones, so that thousands of mutants take minutes. */
export type Seeds = Readonly<Record<SeedKind, readonly Uint8Array[]>>;

/** Small pictures of the corpus that bring what a generated one does not have: cameras' EXIF, odd depths and models. */
const fromCorpus: Partial<Record<SeedKind, readonly string[]>> = {
  jpeg: ['meta/jpg/Canon_40D.jpg', 'meta/jpg/Nikon_D70.jpg', 'meta/jpg/Fujifilm_FinePix_E500.jpg'],
  png: ['tricky/bgbn4a08.png', 'tricky/tbgn2c16.png', 'tricky/16-bit-grey-alpha.png', 'tricky/p3.png'],
  'moving webp': ['tricky/rotating-squares.webp', 'tricky/animated-loop-3.webp'],
  gif: ['tricky/animated-loop-3.gif', 'tricky/grey-plus-alpha.gif'],
  tiff: ['tricky/8bit_depth.tiff', 'tricky/bonne.geo.tif'],
  svg: ['tricky/check.svg', 'tricky/struct-image-04-t.svg'],
};

/** Corpus pictures made small, with their own profile and metadata, and written anew. */
const shrunk: Partial<Record<SeedKind, readonly (readonly [string, (image: Sharp) => Sharp])[]>> = {
  jpeg: [['camera-jpeg/lomiri-Wine_by_Jakkub_Mede.jpg', (image) => image.jpeg({ mozjpeg: true })]],
  webp: [['tricky/4.webp', (image) => image.webp()]],
  avif: [['camera-jpeg/lomiri-Wine_by_Jakkub_Mede.jpg', (image) => image.avif({ effort: 0 })]],
};

const width = 120;
const height = 90;

/** The same seeds wherever the same libraries and the same corpus are. */
export async function makeSeeds(): Promise<Seeds> {
  const own = await generated();
  const seeds: Partial<Record<SeedKind, readonly Uint8Array[]>> = {};
  for (const kind of seedKinds) {
    // Copies that are no buffers: a slice of a buffer is the buffer itself, and a seed must stay what it is.
    seeds[kind] = [...own[kind], ...(await realOnes(kind))].map((bytes) => new Uint8Array(bytes));
  }
  return seeds as Seeds;
}

async function realOnes(kind: SeedKind): Promise<Uint8Array[]> {
  if (corpus === undefined) return [];
  const folder = corpus;
  const asTheyAre = await Promise.all((fromCorpus[kind] ?? []).map((path) => readFile(join(folder, path))));
  const made = await Promise.all(
    (shrunk[kind] ?? []).map(([path, write]) =>
      write(sharp(join(folder, path)).resize(160).keepMetadata()).toBuffer(),
    ),
  );
  return [...asTheyAre, ...made];
}

async function generated(): Promise<Record<SeedKind, Uint8Array[]>> {
  const photo = sharp(pixels(3), { raw: { width, height, channels: 3 } }).withExif({
    IFD0: { Copyright: 'Nobody', Artist: 'A' },
  });
  const clear = sharp(pixels(4), { raw: { width, height, channels: 4 } });
  const moving = (): Sharp =>
    sharp(pixels(4), { raw: { width, height, channels: 4, pageHeight: height / 3 } });
  const all = (...images: readonly Sharp[]): Promise<Uint8Array[]> =>
    Promise.all(images.map((image) => image.clone().toBuffer()));
  return {
    jpeg: await all(
      photo.clone().withIccProfile('p3').jpeg(),
      photo.clone().jpeg({ progressive: true, chromaSubsampling: '4:4:4' }),
      photo.clone().toColourspace('cmyk').jpeg(),
      photo.clone().greyscale().jpeg(),
    ),
    png: await all(
      photo.clone().png(),
      clear.clone().png({ palette: true, colours: 16 }),
      clear.clone().toColourspace('rgb16').png({ progressive: true }),
      photo.clone().greyscale().withIccProfile('p3').png(),
    ),
    apng: apngs(),
    webp: await all(
      photo.clone().webp(),
      clear.clone().webp({ lossless: true }),
      clear.clone().withIccProfile('p3').webp({ quality: 40 }),
    ),
    'moving webp': await all(
      moving().webp({ delay: [40, 50, 60] }),
      moving().webp({ lossless: true, loop: 3 }),
    ),
    avif: await all(photo.clone().avif({ effort: 0 }), clear.clone().avif({ effort: 0, lossless: true })),
    gif: await all(moving().gif({ delay: [40, 50, 60] }), photo.clone().gif({ progressive: true })),
    tiff: await all(
      photo.clone().tiff({ compression: 'lzw', predictor: 'horizontal' }),
      clear.clone().tiff({ compression: 'deflate', tile: true, tileWidth: 32, tileHeight: 32 }),
      photo.clone().tiff({ compression: 'jpeg' }),
      photo.clone().greyscale().tiff({ compression: 'none', bitdepth: 1 }),
      photo.clone().toColourspace('cmyk').tiff({ compression: 'packbits' }),
    ),
    svg: drawings.map((drawing) => new Uint8Array(Buffer.from(drawing))),
    heic: [await readFile(join(import.meta.dirname, '../fixtures/hostile/small.heic'))],
    jxl: await jxls(photo, clear),
  };
}

async function jxls(...images: readonly Sharp[]): Promise<Uint8Array[]> {
  const codecs = await loadCodecs('native');
  const made: Uint8Array[] = [];
  for (const image of images) {
    for (const lossless of [true, false]) {
      const bytes = await image.clone().png().toBuffer();
      const recipe = parseRecipe({ to: 'jxl', lossless, effort: 'fast' });
      made.push((await convert({ name: 'seed', bytes, recipe }, codecs, () => undefined)).bytes ?? bytes);
    }
  }
  return made;
}

function apngs(): Uint8Array[] {
  const frame = (edge: number, value: number): Uint8Array =>
    pixels(4)
      .subarray(0, edge * edge * 4)
      .map((byte) => byte ^ value);
  return [
    writeApng({
      width: 24,
      height: 24,
      frames: [0, 1, 2].map((dispose) => ({
        width: 24 - 4 * dispose,
        height: 24 - 4 * dispose,
        left: dispose * 2,
        pixels: frame(24 - 4 * dispose, dispose),
        dispose: dispose as 0 | 1 | 2,
        blend: 1,
      })),
    }),
    writeApng({
      width: 16,
      height: 16,
      still: frame(16, 9),
      plays: 2,
      frames: [1, 2, 3, 4].map((value) => ({ width: 16, height: 16, pixels: frame(16, value) })),
    }),
  ];
}

/** Slopes, waves and edges, with some of them transparent in the fourth channel. */
function pixels(channels: 3 | 4): Uint8Array {
  const data = new Uint8Array(width * height * channels);
  for (let at = 0, pixel = 0; at < data.length; at += channels, pixel += 1) {
    const [x, y] = [pixel % width, Math.floor(pixel / width)];
    data[at] = (x * 255) / width;
    data[at + 1] = (y * 255) / height;
    data[at + 2] = (Math.sin(x / 5) * Math.cos(y / 3) + 1) * 127;
    if (channels === 4) data[at + 3] = x > y ? 255 : (x * 7) % 256;
  }
  return data;
}

const drawings = [
  `<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="96" height="64" viewBox="0 0 96 64">
<defs><linearGradient id="a"><stop offset="0" stop-color="#123"/><stop offset="1" stop-color="#fed"/></linearGradient>
<filter id="f" x="0" y="0" width="100%" height="100%"><feGaussianBlur stdDeviation="2"/><feTurbulence baseFrequency="0.05" numOctaves="2"/></filter>
<pattern id="p" width="8" height="8" patternUnits="userSpaceOnUse"><path d="M0 0L8 8" stroke="red"/></pattern>
<symbol id="s"><circle r="9" cx="9" cy="9"/></symbol></defs>
<rect width="96" height="64" fill="url(#a)"/><g filter="url(#f)"><ellipse cx="40" cy="30" rx="20" ry="10" fill="url(#p)"/></g>
<use xlink:href="#s" x="30"/><text x="5" y="40" font-size="20">Mill</text><path d="M10 10C20 20 40 20 50 10S80 0 90 10" fill="none" stroke="#000" stroke-dasharray="4 2"/></svg>`,
  `<!DOCTYPE svg [<!ENTITY one "1"><!ENTITY red "#f00">]><svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 40 30"><style>.k{fill:&red;}</style>
<mask id="m"><rect width="20" height="30" fill="#fff"/></mask><clipPath id="c"><circle cx="20" cy="15" r="12"/></clipPath>
<g mask="url(#m)" clip-path="url(#c)" transform="rotate(10) scale(1.5)"><rect class="k" width="40" height="30"/></g>
<image width="4" height="4" href="data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="/></svg>`,
];
