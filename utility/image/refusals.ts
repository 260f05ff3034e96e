import { MillraceError } from '../../contract/errors.ts';
import { formatTraits, type OutputFormat } from '../../contract/formats.ts';
import type { Recipe } from '../../contract/recipe.ts';
import { targetSize } from './geometry.ts';
import { damaged } from './damage.ts';
import type { Header } from './header.ts';

/**
 * Refuses from the header what must not, or cannot, be done.
 *
 * @throws MillraceError `too-many-pixels`, `too-large-for-format`, `animation-refused`, `damaged-image`
 */
export function checkLimits(header: Header, name: string, recipe: Recipe, to: OutputFormat): void {
  const { width, height, frames } = header;
  if (width < 1 || height < 1) throw damaged(name, `${String(width)}x${String(height)} pixels`);
  const pixels = width * height * frames;
  if (pixels > recipe.pixelLimit) {
    throw new MillraceError(
      'too-many-pixels',
      `${name} has ${millions(pixels)} megapixels, more than the limit of ${millions(recipe.pixelLimit)}. Raise the pixel limit if you trust the file.`,
    );
  }
  const traits = formatTraits[to];
  if (frames > 1 && !traits.animation && recipe.animation === 'refuse') {
    throw new MillraceError(
      'animation-refused',
      `${name} moves (${String(frames)} frames) and ${traits.label} cannot. Choose WebP or GIF, or allow the first frame alone.`,
    );
  }
  const { size } = targetSize(header, recipe.resize);
  if (Math.max(size.width, size.height) > traits.maxEdge) {
    throw new MillraceError(
      'too-large-for-format',
      `${name} would be ${String(size.width)}x${String(size.height)} pixels; ${traits.label} holds at most ${String(traits.maxEdge)} on an edge. Make it smaller or choose another format.`,
    );
  }
}

function millions(pixels: number): string {
  return (pixels / 1e6).toFixed(pixels < 1e7 ? 1 : 0);
}
