import type { Recipe, Resize } from '../../contract/recipe.ts';

export interface Size {
  readonly width: number;
  readonly height: number;
}

/** How a picture gets to its new size: `scaled` to this, then the middle of it cropped to `size`. */
export interface Geometry {
  readonly scaled: Size;
  readonly size: Size;
}

/**
 * The size a recipe asks for. Proportions are those of the upright picture; every edge is at least one pixel.
 * Rotation by the recipe comes after and is not in it.
 *
 * @param source pixels of one frame, upright
 */
export function targetSize(source: Size, resize: Resize | undefined): Geometry {
  if (resize === undefined) return same(source);
  const box = boxOf(source, resize);
  const { fit, enlarge } = resize;
  if (box.width === undefined || box.height === undefined) {
    return scaledBy(
      source,
      (box.width ?? Infinity) / source.width,
      (box.height ?? Infinity) / source.height,
      enlarge,
    );
  }
  const across = box.width / source.width;
  const down = box.height / source.height;
  switch (fit) {
    case 'inside':
      return scaledBy(source, across, down, enlarge);
    case 'stretch': {
      const size = {
        width: enlarge ? box.width : Math.min(box.width, source.width),
        height: enlarge ? box.height : Math.min(box.height, source.height),
      };
      return { scaled: size, size };
    }
    case 'cover': {
      const scale = enlarge ? Math.max(across, down) : Math.min(1, Math.max(across, down));
      const scaled = times(source, scale);
      const size = { width: Math.min(box.width, scaled.width), height: Math.min(box.height, scaled.height) };
      return { scaled, size };
    }
  }
}

/** Whether the recipe changes this very picture's pixels in size or direction. */
export function changesGeometry(source: Size, recipe: Recipe): boolean {
  const { size } = targetSize(source, recipe.resize);
  return (
    size.width !== source.width ||
    size.height !== source.height ||
    recipe.rotate !== 0 ||
    recipe.flip !== 'none'
  );
}

function boxOf(source: Size, resize: Resize): { width?: number | undefined; height?: number | undefined } {
  const { longestEdge, percent, megapixels } = resize;
  if (longestEdge !== undefined)
    return source.width >= source.height ? { width: longestEdge } : { height: longestEdge };
  if (percent !== undefined) return { width: (source.width * percent) / 100 };
  if (megapixels !== undefined) {
    return { width: source.width * Math.sqrt((megapixels * 1e6) / (source.width * source.height)) };
  }
  return { width: resize.width, height: resize.height };
}

function scaledBy(source: Size, across: number, down: number, enlarge: boolean): Geometry {
  const wanted = Math.min(across, down);
  return same(times(source, enlarge ? wanted : Math.min(1, wanted)));
}

function times(source: Size, scale: number): Size {
  return {
    width: Math.max(1, Math.round(source.width * scale)),
    height: Math.max(1, Math.round(source.height * scale)),
  };
}

function same(size: Size): Geometry {
  return { scaled: size, size };
}
