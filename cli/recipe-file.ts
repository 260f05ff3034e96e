import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import * as v from 'valibot';
import { MillraceError } from '../contract/errors.ts';
import { parseRecipe, type Recipe } from '../contract/recipe.ts';
import type { RecipeFlags } from './arguments.ts';

/**
 * The recipe of a command line: the file's, overridden by the options that were typed.
 *
 * @throws MillraceError `recipe-invalid`, naming the field, its value and what was expected
 */
export async function readRecipe(flags: RecipeFlags): Promise<Recipe> {
  const base = flags.recipe === undefined ? {} : await readRecipeFile(flags.recipe);
  return parseRecipe({ ...base, ...overrides(flags, base) });
}

const anyObject = v.record(v.string(), v.unknown());
type Fields = v.InferOutput<typeof anyObject>;

async function readRecipeFile(path: string): Promise<Fields> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    throw new MillraceError('recipe-invalid', `The recipe ${path} cannot be read: ${String(error)}`, {
      cause: error,
    });
  }
  try {
    return v.parse(anyObject, JSON.parse(text));
  } catch (error) {
    throw new MillraceError('recipe-invalid', `The recipe ${path} is not a JSON object.`, { cause: error });
  }
}

function overrides(flags: RecipeFlags, base: Fields): Fields {
  const typed: Fields = {
    to: formatName(flags.to),
    bestOf: flags.bestOf?.split(',').map((name) => formatName(name.trim())),
    quality: number(flags.quality),
    maxBytes: bytes(flags.maxBytes),
    lossless: flags.lossless,
    palette: flags.palette,
    effort: flags.effort,
    resize: resize(flags, base),
    rotate: number(flags.rotate),
    flip: flags.flip,
    background: flags.background,
    colour: flags.colour,
    metadata: flags.metadata,
    gps: flags.stripGps === true ? 'strip' : undefined,
    animation: flags.animation,
    pixelLimit: number(flags.pixelLimit),
    output: output(flags, base),
  };
  return Object.fromEntries(Object.entries(typed).filter(([, value]) => value !== undefined));
}

function formatName(typed: string | undefined): string | undefined {
  return typed === 'jpg' ? 'jpeg' : typed === 'tif' ? 'tiff' : typed;
}

const bytesInUnit: Readonly<Record<string, number>> = { '': 1, b: 1, k: 1e3, kb: 1e3, m: 1e6, mb: 1e6 };

/** `200000`, `200kB`, `1.5 MB`. */
function bytes(text: string | undefined): number | string | undefined {
  const [, amount, unit = ''] = /^([\d.]+)\s*([a-z]*)$/i.exec(text ?? '') ?? [];
  const value = Number(amount) * (bytesInUnit[unit.toLowerCase()] ?? NaN);
  return Number.isNaN(value) ? text : Math.floor(value);
}

/** What was typed, as a number where it is one; the recipe's schema has the word on the rest. */
function number(text: string | undefined): number | string | undefined {
  if (text === undefined) return undefined;
  const value = Number(text);
  return text.trim() === '' || Number.isNaN(value) ? text : value;
}

function resize(flags: RecipeFlags, base: Fields): unknown {
  if (flags.resize === undefined && flags.fit === undefined && flags.enlarge === undefined) return undefined;
  const before = v.is(anyObject, base['resize']) ? base['resize'] : undefined;
  const size = flags.resize === undefined ? before : parseSize(flags.resize);
  if (size === undefined) {
    throw new MillraceError(
      'recipe-invalid',
      '--fit and --enlarge say how to resize: add --resize with a size.',
    );
  }
  return {
    ...only(before, ['fit', 'enlarge']),
    ...size,
    ...(flags.fit === undefined ? {} : { fit: flags.fit }),
    ...(flags.enlarge === undefined ? {} : { enlarge: flags.enlarge }),
  };
}

/** `1600`, `1600x`, `x900`, `1600x900`, `50%`, `2mp`. */
export function parseSize(text: string): Fields {
  const box = /^(\d*)x(\d*)$/i.exec(text);
  if (box !== null && text.length > 1) {
    const [, width, height] = box;
    return { ...(width ? { width: Number(width) } : {}), ...(height ? { height: Number(height) } : {}) };
  }
  const percent = /^([\d.]+)%$/.exec(text);
  if (percent !== null) return { percent: number(percent[1]) };
  const megapixels = /^([\d.]+)\s*mp$/i.exec(text);
  if (megapixels !== null) return { megapixels: number(megapixels[1]) };
  if (/^-?\d+$/.test(text)) return { longestEdge: Number(text) };
  throw new MillraceError(
    'recipe-invalid',
    `resize: expected 1600 (longest edge), 1600x, x900, 1600x900, 50% or 2mp, got ${JSON.stringify(text)}`,
  );
}

/** What else the file says there, where an option changes a part of it. */
function only(fields: Fields | undefined, names: readonly string[]): Fields {
  return Object.fromEntries(Object.entries(fields ?? {}).filter(([name]) => names.includes(name)));
}

function output(flags: RecipeFlags, base: Fields): unknown {
  const before = v.is(anyObject, base['output']) ? base['output'] : undefined;
  const existing = flags.existing === undefined ? only(before, ['existing']) : { existing: flags.existing };
  if (flags.inPlace === true) return { place: 'in-place' };
  if (flags.out !== undefined && flags.suffix !== undefined) {
    throw new MillraceError(
      'recipe-invalid',
      '--out and --suffix exclude each other: choose one place for the outputs.',
    );
  }
  // An empty name would mean the folder one stands in.
  if (flags.out !== undefined)
    return { place: 'folder', folder: flags.out && resolve(flags.out), ...existing };
  if (flags.suffix !== undefined) return { place: 'beside', suffix: flags.suffix, ...existing };
  if (flags.existing === undefined) return undefined;
  return { place: 'beside', ...before, ...existing };
}
