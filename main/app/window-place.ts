import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import * as v from 'valibot';
import type { Rectangle } from 'electron';

const placeSchema = v.object({
  x: v.optional(v.pipe(v.number(), v.integer())),
  y: v.optional(v.pipe(v.number(), v.integer())),
  width: v.pipe(v.number(), v.integer(), v.minValue(480)),
  height: v.pipe(v.number(), v.integer(), v.minValue(360)),
  maximised: v.boolean(),
});
/** Where the window stood; without `x` and `y` the system chooses. */
export type WindowPlace = v.InferOutput<typeof placeSchema>;

const firstPlace: WindowPlace = { width: 1120, height: 720, maximised: false };

/**
 * The place the window had, as long as it can be seen there; its size, and the first place of all, otherwise.
 *
 * @param displays the areas of the screens that there are now
 */
export function readPlace(file: string, displays: readonly Rectangle[]): WindowPlace {
  const place = v.safeParse(placeSchema, parse(file));
  if (!place.success) return firstPlace;
  const { x, y, width, height, maximised } = place.output;
  if (x === undefined || y === undefined || !isVisible({ x, y, width, height }, displays))
    return { width, height, maximised };
  return place.output;
}

/** Written beside and renamed, so that a crash leaves the old place or the new one. */
export function writePlace(file: string, place: WindowPlace): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(`${file}.new`, JSON.stringify(place));
  renameSync(`${file}.new`, file);
}

function parse(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    // Not there yet, or no longer readable: a place is not worth a question.
    return undefined;
  }
}

/** Enough of the title bar to take hold of, pixels. */
const grip = { width: 100, height: 32 };

function isVisible(window: Rectangle, displays: readonly Rectangle[]): boolean {
  return displays.some((display) => {
    const left = Math.max(window.x, display.x);
    const right = Math.min(window.x + window.width, display.x + display.width);
    const isInside = window.y >= display.y && window.y + grip.height <= display.y + display.height;
    return isInside && right - left >= grip.width;
  });
}
