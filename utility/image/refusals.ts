import { MillraceError } from '../../contract/errors.ts';
import { formatTraits, type OutputFormat } from '../../contract/formats.ts';
import type { Recipe } from '../../contract/recipe.ts';
import { targetSize } from './geometry.ts';
import { damaged } from './damage.ts';
import { countedFrames, losesFrames, moves, type Header } from './header.ts';

/** librsvg's, by way of cairo. */
const maxDrawnEdge = 32_767;

/**
 * Encoders take their time for each frame, however small it is: 20 s for so many of one pixel on a loaded machine.
 * libwebp looks for each from the first one on, even where the first alone is wanted: 100,000 take it over 30 s.
 */
const maxFrames = 10_000;

/**
 * Refuses from the header what must not, or cannot, be done.
 *
 * @throws MillraceError `too-many-pixels`, `too-many-frames`, `too-large-for-format`, `damaged-image`
 */
export function checkLimits(header: Header, name: string, recipe: Recipe, to: OutputFormat): void {
  const { width, height } = header;
  if (width < 1 || height < 1) throw damaged(name, `${String(width)}x${String(height)} pixels`);
  const frames = moves(header) ? header.frames : 1;
  const traits = formatTraits[to];
  const { scaled, size } = targetSize(header, recipe.resize);
  checkPixels(width * height * frames, 'has', name, recipe);
  checkFrames(header, name);
  checkPixels(scaled.width * scaled.height * (traits.animation ? frames : 1), 'would have', name, recipe);
  if (header.format === 'svg' && Math.max(scaled.width, scaled.height) > maxDrawnEdge) {
    throw new MillraceError(
      'too-large-for-format',
      `${name} would be drawn as ${String(scaled.width)}x${String(scaled.height)} pixels; a drawing can have at most ${String(maxDrawnEdge)} on an edge. Make it smaller.`,
    );
  }
  if (Math.max(size.width, size.height) > traits.maxEdge) {
    throw new MillraceError(
      'too-large-for-format',
      `${name} would be ${String(size.width)}x${String(size.height)} pixels; ${traits.label} holds at most ${String(traits.maxEdge)} on an edge. Make it smaller or choose another format.`,
    );
  }
}

/**
 * Refuses to take the first of several frames or pages where the recipe wants that refused, and in place, where the
 * others would be gone.
 *
 * @throws MillraceError `animation-refused`
 */
export function checkFramesStay(header: Header, name: string, recipe: Recipe, to: OutputFormat): void {
  const inPlace = recipe.output.place === 'in-place';
  if (!losesFrames(header, to) || (recipe.animation !== 'refuse' && !inPlace)) return;
  const otherwise = inPlace ? 'write outputs to another place' : 'allow the first one alone';
  const advice = moves(header) ? `Choose WebP or GIF, or ${otherwise}.` : `${capitalised(otherwise)}.`;
  throw new MillraceError(
    'animation-refused',
    `${name} has ${countedFrames(header)}, and Millrace writes ${formatTraits[to].label} with one. ${advice}`,
  );
}

/** @throws MillraceError `too-many-frames` */
export function checkFrames(header: Header, name: string): void {
  if (header.frames <= maxFrames || !moves(header)) return;
  throw new MillraceError(
    'too-many-frames',
    `${name} has ${String(header.frames)} frames, more than the ${String(maxFrames)} that Millrace takes. Make it shorter elsewhere first.`,
  );
}

export function losslessRefused(name: string, to: OutputFormat): MillraceError {
  return new MillraceError(
    'lossless-refused',
    `${name} cannot become ${formatTraits[to].label} without a loss. Choose PNG, WebP or JPEG XL, or leave out lossless.`,
  );
}

function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function checkPixels(pixels: number, has: string, name: string, { pixelLimit }: Recipe): void {
  if (pixels <= pixelLimit) return;
  throw new MillraceError(
    'too-many-pixels',
    `${name} ${has} ${millions(pixels)} megapixels, more than the limit of ${millions(pixelLimit)}. Raise the pixel limit if you trust the file.`,
  );
}

function millions(pixels: number): string {
  return (pixels / 1e6).toFixed(pixels < 1e7 ? 1 : 0);
}
