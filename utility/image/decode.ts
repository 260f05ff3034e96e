import type { Codecs } from '../codecs.ts';
import type { Recipe } from '../../contract/recipe.ts';
import { readApng } from './apng.ts';
import { targetSize } from './geometry.ts';
import { decodeHeic } from './heic.ts';
import { isSrgb } from './icc.ts';
import { decodeJxl } from './jxl.ts';
import type { Pixels } from './pixels.ts';
import type { Header } from './header.ts';
import { damaged } from './damage.ts';
import { MillraceError } from '../../contract/errors.ts';

export interface DecodePlan {
  readonly recipe: Recipe;
  /** Whether the target can move. */
  readonly animated: boolean;
  /** The target has more than 8 bits. */
  readonly deep: boolean;
  /** Numbers are turned into sRGB: asked for, or the model has no place in the target. */
  readonly toSrgb: boolean;
}

/**
 * Bytes to upright pixels. A picture that will be made smaller may come out smaller already, as far as its own format
 * offers that for free (JPEG: 1/2, 1/4, 1/8; SVG: any size).
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
    if (header.format === 'jxl') return await decodeJxl(bytes, header, name);
    if (header.format === 'png' && header.frames > 1 && plan.animated) {
      const apng = await readApng(bytes, plan.recipe.pixelLimit);
      if (apng !== undefined) {
        return {
          ...apng,
          channels: 4,
          bitDepth: 8,
          ...(header.metadata.icc === undefined ? {} : { icc: header.metadata.icc }),
        };
      }
    }
    return await decodeWithSharp(bytes, header, plan, codecs);
  } catch (error) {
    throw error instanceof MillraceError ? error : damaged(name, error);
  }
}

async function decodeWithSharp(
  bytes: Uint8Array,
  header: Header,
  plan: DecodePlan,
  { sharp }: Codecs,
): Promise<Pixels> {
  const moving = header.frames > 1 && plan.animated;
  const { icc } = header.metadata;
  const image = sharp(bytes, {
    // Cut-off files fail; harmless oddities that many cameras write do not.
    failOn: 'truncated',
    // The header has been judged against the recipe's own limit.
    limitInputPixels: false,
    unlimited: true,
    animated: moving,
    sequentialRead: true,
    ignoreIcc: !plan.toSrgb,
    ...(header.format === 'svg' ? { density: svgDensity(header, plan.recipe) } : {}),
  }).autoOrient();
  const reduced = reducedSize(header, plan.recipe);
  if (reduced !== undefined) image.resize({ ...reduced, fit: 'fill', fastShrinkOnLoad: true });
  const deep = header.bitDepth > 8 && plan.deep;
  if (header.model === 'grey') image.toColourspace(deep ? 'grey16' : 'b-w');
  else if (deep) image.toColourspace('rgb16');
  if (plan.toSrgb && icc !== undefined) image.withIccProfile('srgb');
  const { data, info } = await image
    .raw({ depth: deep ? 'ushort' : 'uchar' })
    .toBuffer({ resolveWithObject: true });
  const frames = moving ? (info.pages ?? header.frames) : 1;
  return {
    data: deep ? new Uint16Array(data.buffer, data.byteOffset, data.byteLength / 2) : data,
    width: info.width,
    height: moving ? (info.pageHeight ?? info.height / frames) : info.height,
    frames,
    channels: info.channels,
    bitDepth: deep ? 16 : 8,
    ...(plan.toSrgb || icc === undefined || isSrgb(icc) ? {} : { icc }),
    ...(moving && header.delays !== undefined ? { delays: header.delays } : {}),
    ...(moving && header.loop !== undefined ? { loop: header.loop } : {}),
  };
}

/** The eighth, quarter or half of a JPEG that is still at least as large as what will be made of it, or nothing. */
function reducedSize(header: Header, recipe: Recipe): { width: number; height: number } | undefined {
  if (header.format !== 'jpeg') return undefined;
  const { scaled } = targetSize(header, recipe.resize);
  const divisor = [8, 4, 2].find(
    (by) => Math.floor(header.width / by) >= scaled.width && Math.floor(header.height / by) >= scaled.height,
  );
  if (divisor === undefined) return undefined;
  return { width: Math.ceil(header.width / divisor), height: Math.ceil(header.height / divisor) };
}

/** SVG's own pixels are 1/96 inch; libvips counts from 72 dots an inch. */
const svgBaseDensity = 72;
const maxSvgDensity = 100_000;

/** Drawn at the size that is wanted, never blown up from a smaller one. */
function svgDensity(header: Header, recipe: Recipe): number {
  const { scaled } = targetSize(header, recipe.resize);
  const scale = Math.max(scaled.width / header.width, scaled.height / header.height);
  return Math.min(maxSvgDensity, Math.max(1, svgBaseDensity * scale));
}
