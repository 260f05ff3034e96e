import { MillraceError } from '../../contract/errors.ts';
import type { Recipe } from '../../contract/recipe.ts';
import type { Codecs } from '../codecs.ts';
import { readApng } from './apng.ts';
import { damaged } from './damage.ts';
import { targetSize, type Size } from './geometry.ts';
import { moves, type Header } from './header.ts';
import { isWholeGif } from './gif-blocks.ts';
import { decodeHeic } from './heic.ts';
import { decodeJxl } from './jxl.ts';
import { readRaw, type Pixels } from './pixels.ts';

export interface DecodePlan {
  readonly recipe: Recipe;
  /** Whether the target can move. */
  readonly animated: boolean;
  /** The target has more than 8 bits. */
  readonly deep: boolean;
}

/**
 * Bytes to upright pixels, grey or RGB: CMYK and Lab become sRGB here, everything else keeps its own numbers.
 *
 * A JPEG that will be made smaller comes out smaller already: libjpeg leaves out what would be thrown away, and libvips
 * resamples while it decodes. A drawing is drawn at its final size. For these, scaling is part of this stage's time.
 *
 * @throws MillraceError `damaged-image`
 */
export async function decode(
  bytes: Uint8Array,
  header: Header,
  name: string,
  plan: DecodePlan,
  codecs: Codecs,
): Promise<Pixels> {
  try {
    if (header.format === 'heic') return await decodeHeic(bytes, header, name);
    if (header.format === 'jxl') return await decodeJxl(bytes, header, plan.animated, name);
    if (header.format === 'png' && moves(header) && plan.animated) {
      const apng = await readApng(bytes, plan.recipe.pixelLimit, codecs);
      if (apng !== undefined) return { ...apng, channels: 4, bitDepth: 8, ...profileOf(header) };
    }
    if (header.format === 'gif' && !isWholeGif(bytes)) throw damaged(name, 'cut off within a block');
    return await decodeWithSharp(bytes, header, plan, codecs);
  } catch (error) {
    throw error instanceof MillraceError ? error : damaged(name, error);
  }
}

async function decodeWithSharp(
  bytes: Uint8Array,
  header: Header,
  { recipe, animated, deep: keepDeep }: DecodePlan,
  { sharp }: Codecs,
): Promise<Pixels> {
  const moving = moves(header) && animated;
  const converted = header.model === 'cmyk' || header.model === 'lab';
  const image = sharp(bytes, {
    // Cut-off files fail; harmless oddities that many cameras write do not.
    failOn: 'truncated',
    // The header has been judged against the recipe's own limit.
    limitInputPixels: false,
    unlimited: true,
    animated: moving,
    sequentialRead: true,
    ignoreIcc: !converted,
    ...(header.format === 'svg' ? { density: svgDensity(header, recipe) } : {}),
  }).autoOrient();
  const reduced = reducedSize(header, recipe);
  if (reduced !== undefined) image.resize({ ...reduced, fit: 'fill', kernel: 'lanczos3' });
  // libvips converts CMYK in 8 bits.
  const deep = keepDeep && header.bitDepth > 8 && header.model !== 'cmyk';
  const grey = header.model === 'grey' && !header.transparency;
  const { data, width, rows, channels, bitDepth } = await readRaw(
    image,
    deep ? 16 : 8,
    grey ? 'grey' : 'rgb',
  );
  const frames = moving ? header.frames : 1;
  return {
    data,
    width,
    height: rows / frames,
    frames,
    channels,
    bitDepth,
    ...(converted ? {} : profileOf(header)),
    ...(moving && header.delays !== undefined ? { delays: header.delays } : {}),
    ...(moving && header.loop !== undefined ? { loop: header.loop } : {}),
  };
}

function profileOf({ profile }: Header): { icc?: Uint8Array } {
  return profile === undefined ? {} : { icc: profile };
}

/** The size a JPEG is decoded at: the final one when that is smaller, else its own. */
function reducedSize(header: Header, recipe: Recipe): Size | undefined {
  if (header.format !== 'jpeg') return undefined;
  const { scaled } = targetSize(header, recipe.resize);
  const smaller = scaled.width < header.width && scaled.height < header.height;
  return smaller ? scaled : undefined;
}

/** libvips draws an SVG's own pixels one to one at 72 dots an inch. */
const svgBaseDensity = 72;
/** The bounds that sharp sets. */
const minSvgDensity = 1;
const maxSvgDensity = 100_000;

/** Drawn at the size that is wanted, never blown up from a smaller one. */
export function svgDensity(source: Size, recipe: Recipe): number {
  const { scaled } = targetSize(source, recipe.resize);
  const scale = Math.max(scaled.width / source.width, scaled.height / source.height);
  return Math.min(maxSvgDensity, Math.max(minSvgDensity, svgBaseDensity * scale));
}
