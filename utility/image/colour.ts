import { formatTraits, type OutputFormat } from '../../contract/formats.ts';
import type { Recipe } from '../../contract/recipe.ts';
import type { Codecs } from '../codecs.ts';
import { describes, greyCurve, srgbEncode } from './icc.ts';
import { embedMetadata } from './metadata/embed.ts';
import { hasAlpha, rawOptions, readRaw, type Pixels } from './pixels.ts';

/** Formats that write grey as RGB, for which a grey profile means nothing. */
const withoutGrey: ReadonlySet<OutputFormat> = new Set(['webp', 'avif']);

/**
 * Whether numbers that have a profile must become sRGB: because the recipe says so, because the target has no place
 * for the profile, or because a background, which is an sRGB colour, will stand behind them (white and black are the
 * same in every profile).
 */
export function needsSrgb(pixels: Pixels, to: OutputFormat, recipe: Recipe): boolean {
  if (pixels.icc === undefined) return false;
  if (recipe.colour === 'srgb' || to === 'gif') return true;
  if (describes(pixels.icc, 'grey')) return withoutGrey.has(to) || pixels.channels !== 1;
  const flattening = hasAlpha(pixels) && !formatTraits[to].transparency;
  return flattening && !/^#(?:ffffff|000000)$/i.test(recipe.background);
}

/** The same picture in sRGB. Grey stays grey. */
export async function convertToSrgb(pixels: Pixels, codecs: Codecs): Promise<Pixels> {
  const { icc, ...plain } = pixels;
  if (icc === undefined) return pixels;
  if (describes(icc, 'grey')) return { ...plain, data: greyToSrgb(pixels, icc) };
  const png = await codecs.sharp(pixels.data, rawOptions(pixels)).png({ compressionLevel: 0 }).toBuffer();
  const image = codecs
    .sharp(embedMetadata(png, 'png', { icc }), { limitInputPixels: false, unlimited: true })
    .withIccProfile('srgb');
  const { data, channels } = await readRaw(image, pixels.bitDepth, 'rgb');
  return { ...plain, data, channels };
}

/** Numbers that are as light in sRGB, one by one: neutral in one profile is neutral in another. */
function greyToSrgb({ data, channels }: Pixels, icc: Uint8Array): Pixels['data'] {
  const curve = greyCurve(icc);
  if (curve === undefined) return data;
  const most = data instanceof Uint16Array ? 65_535 : 255;
  const table = Uint16Array.from({ length: most + 1 }, (_, value) =>
    Math.round(most * Math.min(1, Math.max(0, srgbEncode(curve(value / most))))),
  );
  return data.map((value, at) => (channels === 4 && at % 4 === 3 ? value : (table[value] ?? 0)));
}

/** The same picture with 8 bits a channel. */
export function toEightBits(pixels: Pixels): Pixels {
  if (pixels.bitDepth === 8) return pixels;
  return { ...pixels, bitDepth: 8, data: Uint8Array.from(pixels.data, (value) => Math.round(value / 257)) };
}
