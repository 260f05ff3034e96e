import { readdir, readFile } from 'node:fs/promises';
import { join, parse } from 'node:path';
import sharp from 'sharp';

/** One picture of a set, decoded: 8-bit sRGB. */
export interface Picture {
  readonly name: string;
  readonly kind: 'photo' | 'graphic';
  readonly data: Buffer;
  readonly width: number;
  readonly height: number;
  readonly channels: 1 | 3 | 4;
}

const corpus = process.env['MILLRACE_CORPUS'] ?? join(import.meta.dirname, '../../../shared/corpus');

const kinds = { 'photo-png': 'photo', 'camera-jpeg': 'photo', 'graphics-png': 'graphic' } as const;

/** Names of all pictures of the set: photographs that came without a loss, photographs of cameras, graphics. */
export async function listPictures(): Promise<{ file: string; kind: Picture['kind'] }[]> {
  const folders = Object.entries(kinds).map(async ([folder, kind]) =>
    (await readdir(join(corpus, folder))).sort().map((name) => ({ file: join(corpus, folder, name), kind })),
  );
  return (await Promise.all(folders)).flat();
}

/**
 * A picture of at most so many pixels. Photographs are cropped from the middle, so that their grain stays what a camera
 * or a developer made; what was a JPEG, and graphics, are made smaller instead, so that an old loss goes and a drawing
 * stays whole.
 */
export async function readPicture(
  { file, kind }: { readonly file: string; readonly kind: Picture['kind'] },
  maxPixels: number,
): Promise<Picture> {
  const bytes = await readFile(file);
  const image = sharp(bytes, { limitInputPixels: false }).autoOrient().toColourspace('srgb');
  const { autoOrient, format } = await sharp(bytes).metadata();
  const { width, height } = autoOrient;
  const scale = Math.min(1, Math.sqrt(maxPixels / (width * height)));
  const size = { width: Math.round(width * scale), height: Math.round(height * scale) };
  if (scale < 1) {
    if (kind === 'photo' && format === 'png') {
      const left = Math.floor((width - size.width) / 2);
      const top = Math.floor((height - size.height) / 2);
      image.extract({ left, top, ...size });
    } else image.resize({ ...size, fit: 'fill', kernel: 'lanczos3' });
  }
  const { data, info } = await image.raw().toBuffer({ resolveWithObject: true });
  const { channels } = info;
  if (channels === 2) throw new Error(`${file}: grey with transparency`);
  return { name: parse(file).name, kind, data, width: info.width, height: info.height, channels };
}
