import { formatTraits, type OutputFormat } from '../../../contract/formats.ts';
import type { Recipe } from '../../../contract/recipe.ts';
import type { Codecs } from '../../codecs.ts';
import { coefficientSettings, settingsFor, type Setting, type Settings } from '../encode-settings.ts';
import { encode, recompressJpeg } from '../encode.ts';
import type { Metadata } from '../metadata/metadata.ts';
import type { Pixels } from '../pixels.ts';

/** One picture, ready to be encoded. */
export interface EncodeJob {
  readonly name: string;
  readonly pixels: Pixels;
  readonly to: OutputFormat;
  readonly recipe: Recipe;
  readonly metadata: Metadata;
  /** A JPEG to be coded anew, with the same coefficients, instead of the pixels. */
  readonly coefficientsOf?: Uint8Array;
}

/** A file and how it was made. */
export interface EncodedFile {
  readonly bytes: Uint8Array;
  readonly settings: Settings;
}

/** Whether the format has, with this recipe and this picture, a quality that can be searched for. */
export function isSearchable({ to, recipe, pixels }: Pick<EncodeJob, 'to' | 'recipe' | 'pixels'>): boolean {
  return formatTraits[to].lossy && !recipe.lossless && pixels.frames === 1;
}

/** Formats whose colour can be halved or not. */
export function hasFineColour(to: OutputFormat): boolean {
  return to === 'jpeg' || to === 'webp';
}

/** Formats whose steps of quality are so coarse that a search looks between them. */
export type BetweenFormat = 'jpeg' | 'webp' | 'avif';

export function hasBetween(to: OutputFormat): to is BetweenFormat {
  return to === 'jpeg' || to === 'webp' || to === 'avif';
}

/**
 * One whole encode, with the metadata in the file.
 *
 * @throws MillraceError `encode-failed`
 */
export async function encodeOnce(job: EncodeJob, setting: Setting, codecs: Codecs): Promise<EncodedFile> {
  const { pixels, to, recipe, metadata, name, coefficientsOf } = job;
  if (coefficientsOf !== undefined) {
    return { bytes: await recompressJpeg(coefficientsOf, metadata), settings: coefficientSettings(recipe) };
  }
  const task = { ...setting, pixels: pixels.width * pixels.height * pixels.frames };
  return encode(pixels, to, settingsFor(to, recipe, task), metadata, name, codecs);
}
