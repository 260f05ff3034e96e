import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import * as v from 'valibot';
import type { BrowserWindow, Rectangle } from 'electron';
import type { Clock } from '../engine/world.ts';
import type { Log } from './log.ts';

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
 * The place the window had, as long as it can be taken hold of there; no larger than the screens there are now.
 *
 * @param displays the areas of the screens, without task bars
 */
export function readPlace(file: string, displays: readonly Rectangle[]): WindowPlace {
  const parsed = v.safeParse(placeSchema, parse(file));
  const { x, y, width, height, maximised } = parsed.success ? parsed.output : firstPlace;
  const size = {
    width: Math.min(width, Math.max(...displays.map((display) => display.width))),
    height: Math.min(height, Math.max(...displays.map((display) => display.height))),
    maximised,
  };
  if (x === undefined || y === undefined) return size;
  return isWithinReach({ x, y, ...size }, displays) ? { x, y, ...size } : size;
}

/** Written beside and renamed, so that a crash leaves the old place or the new one. */
export function writePlace(file: string, place: WindowPlace): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(`${file}.new`, JSON.stringify(place));
  renameSync(`${file}.new`, file);
}

/** A window that is being moved says so many times a second, milliseconds. */
const restMs = 500;

/** Writes the window's place when it has come to rest, and when it closes. */
export function rememberPlace(
  window: Pick<BrowserWindow, 'on' | 'getNormalBounds' | 'isMaximized'>,
  file: string,
  { clock, log }: { readonly clock: Pick<Clock, 'after'>; readonly log: Pick<Log, 'warn'> },
): void {
  let forget = (): void => undefined;

  function write(): void {
    forget();
    try {
      writePlace(file, { ...window.getNormalBounds(), maximised: window.isMaximized() });
    } catch (error) {
      log.warn(`The window's place could not be written: ${String(error)}`);
    }
  }

  function wait(): void {
    forget();
    forget = clock.after(restMs, write);
  }

  window.on('resize', wait);
  window.on('move', wait);
  window.on('close', write);
  window.on('closed', () => {
    forget();
  });
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

function isWithinReach(window: Rectangle, displays: readonly Rectangle[]): boolean {
  return displays.some((display) => {
    const left = Math.max(window.x, display.x);
    const right = Math.min(window.x + window.width, display.x + display.width);
    const isInside = window.y >= display.y && window.y + grip.height <= display.y + display.height;
    return isInside && right - left >= grip.width;
  });
}
