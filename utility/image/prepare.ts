import { formatTraits, outputFormats, type OutputFormat } from '../../contract/formats.ts';
import type { Recipe } from '../../contract/recipe.ts';
import type { Fidelity } from '../../contract/report.ts';
import type { Codecs } from '../codecs.ts';
import { convertToSrgb, needsSrgb, toEightBits } from './colour.ts';
import type { DecodePlan } from './decode.ts';
import { changesGeometry } from './geometry.ts';
import type { Header } from './header.ts';
import type { Metadata } from './metadata/metadata.ts';
import { applyPolicy } from './metadata/policy.ts';
import { withOrientation } from './orientation.ts';
import { hasAlpha, type Pixels } from './pixels.ts';
import { flatten } from './transform.ts';

/** Formats that keep 16 bits a channel. */
export const deepFormats: ReadonlySet<OutputFormat> = new Set(
  outputFormats.filter((to) => formatTraits[to].deep),
);

/** What one format needs besides: colour, background, depth. Gives the very same pixels back where it needs nothing. */
export async function suit(
  reshaped: Pixels,
  to: OutputFormat,
  { recipe, deep }: DecodePlan,
  codecs: Codecs,
): Promise<Pixels> {
  let pixels = reshaped;
  if (needsSrgb(pixels, to, recipe)) pixels = await convertToSrgb(pixels, codecs);
  if (hasAlpha(pixels) && !formatTraits[to].transparency) {
    pixels = await flatten(pixels, recipe.background, codecs);
  }
  return deep && deepFormats.has(to) ? pixels : toEightBits(pixels);
}

/** What goes into the file beside the pixels, and what became of the rest. */
export interface Baggage {
  readonly metadata: Metadata;
  readonly fidelity: readonly Fidelity[];
}

/**
 * @param orientation that the file will have: 1 where the pixels were turned upright
 */
export function pack(
  header: Header,
  recipe: Recipe,
  to: OutputFormat,
  pixels: Pixels,
  orientation: number,
): Baggage {
  const { metadata, fidelity } = applyPolicy(header.metadata, recipe, {
    format: to,
    ...storedSize(pixels, orientation),
  });
  return { metadata: carried(metadata, pixels, orientation), fidelity };
}

/** A lossless JPEG: nothing but fewer bytes is asked, so its coefficients may stay as they are. */
export function keepsCoefficients(header: Header, to: OutputFormat, recipe: Recipe): boolean {
  if (!recipe.lossless || to !== 'jpeg' || header.format !== 'jpeg' || header.model === 'cmyk') return false;
  return !changesGeometry(header, recipe) && !(recipe.colour === 'srgb' && header.profile !== undefined);
}

/** Width and height as they lie in the file, before an orientation of 5 to 8 swaps them. */
function storedSize({ width, height }: Pixels, orientation: number): { width: number; height: number } {
  return orientation >= 5 ? { width: height, height: width } : { width, height };
}

/** The profile is that of the pixels, whatever the policy says. */
function carried({ exif, xmp, iptc, comments }: Metadata, { icc }: Pixels, orientation: number): Metadata {
  const turned = orientation === 1 ? exif : withOrientation(exif, orientation);
  return {
    ...(turned === undefined ? {} : { exif: turned }),
    ...(xmp === undefined ? {} : { xmp }),
    ...(iptc === undefined ? {} : { iptc }),
    ...(comments === undefined ? {} : { comments }),
    ...(icc === undefined ? {} : { icc }),
  };
}
