import * as v from 'valibot';
import { MillraceError } from './errors.ts';
import { outputFormats } from './formats.ts';
import { qualitySchema } from './quality.ts';
import { parseWith } from './validation.ts';

function integer(from: number, to: number) {
  const expected = `expected an integer from ${String(from)} to ${String(to)}`;
  return v.pipe(
    v.number(expected),
    v.integer(expected),
    v.minValue(from, expected),
    v.maxValue(to, expected),
  );
}

function decimal(from: number, to: number) {
  const expected = `expected a number from ${String(from)} to ${String(to)}`;
  return v.pipe(v.number(expected), v.finite(expected), v.minValue(from, expected), v.maxValue(to, expected));
}

function oneOf<const T extends readonly [string, ...string[]]>(options: T) {
  return v.picklist(options, `expected ${options.map((option) => JSON.stringify(option)).join(', ')}`);
}

const yesOrNo = v.boolean('expected true or false');
const edge = integer(1, 65_535);

const resizeSchema = v.pipe(
  v.strictObject(
    {
      /** Target width, pixels. With `height` both are given to `fit`; alone the other side follows the proportions. */
      width: v.optional(edge),
      height: v.optional(edge),
      /** Longest edge, pixels. */
      longestEdge: v.optional(edge),
      percent: v.optional(decimal(0.1, 1000)),
      megapixels: v.optional(decimal(0.001, 1000)),
      /** `inside` keeps the proportions within the box, `cover` fills it and crops the rest, `stretch` ignores them. */
      fit: v.optional(oneOf(['inside', 'cover', 'stretch']), 'inside'),
      enlarge: v.optional(yesOrNo, false),
    },
    'expected an object',
  ),
  v.check(
    (resize) =>
      [resize.width ?? resize.height, resize.longestEdge, resize.percent, resize.megapixels].filter(
        (way) => way !== undefined,
      ).length === 1,
    'expected exactly one of width and height, longestEdge, percent, megapixels',
  ),
);

/** Where outputs go, and under which names. */
export const outputSchema = v.variant(
  'place',
  [
    v.strictObject({
      place: v.literal('beside'),
      /** Goes between the name and the extension: `beach.jpg` becomes `beach-small.webp`. */
      suffix: v.optional(
        v.pipe(
          v.string('expected text'),
          v.maxLength(64, 'expected at most 64 characters'),
          v.regex(
            /^[^/\\:*?"<>|\p{Cc}]*$/u,
            'expected text without / \\ : * ? " < > | or control characters',
          ),
        ),
        '-small',
      ),
      existing: v.optional(oneOf(['rename', 'skip']), 'rename'),
    }),
    v.strictObject({
      place: v.literal('folder'),
      /** Absolute path; the tree of a dropped folder is kept below it. */
      folder: v.pipe(v.string('expected a folder'), v.nonEmpty('expected a folder')),
      /** What happens where the name is taken: a number is added, or the job is skipped. */
      existing: v.optional(oneOf(['rename', 'skip']), 'rename'),
    }),
    v.strictObject({ place: v.literal('in-place') }),
  ],
  'expected "beside", "folder" or "in-place"',
);

/** What to do to each source of a batch. Every field has a default, so `{}` is a valid recipe. */
const fieldsSchema = v.strictObject(
  {
    /**
     * `keep` writes the source's own format (SVG becomes PNG, HEIC becomes JPEG: they have no encoder here). `best` writes
     * whichever of `bestOf` is smallest at the asked score.
     */
    to: v.optional(oneOf(['keep', 'best', ...outputFormats]), 'keep'),
    /** The formats that `best` may choose from. */
    bestOf: v.optional(
      v.pipe(v.array(oneOf(outputFormats)), v.minLength(1, 'expected at least one format')),
      ['jpeg', 'png', 'webp', 'avif'],
    ),
    /** For formats that lose something; PNG, TIFF and whatever is asked for without a loss have none. */
    quality: v.optional(qualitySchema, 'auto'),
    /** The output should have at most this many bytes; quality gives way as far as it must. */
    maxBytes: v.optional(integer(100, 2_000_000_000)),
    /** Every pixel stays equal. PNG and TIFF always are; WebP, JPEG XL and JPEG to JPEG can be. */
    lossless: v.optional(yesOrNo, false),
    /** PNG with at most 256 colours: much smaller for drawings, visible on photographs. */
    palette: v.optional(yesOrNo, false),
    /** How long encoders may look for fewer bytes. */
    effort: v.optional(oneOf(['fast', 'balanced', 'smallest']), 'balanced'),
    resize: v.optional(resizeSchema),
    /** Degrees clockwise, after the EXIF orientation has been honoured. */
    rotate: v.optional(v.picklist([0, 90, 180, 270], 'expected 0, 90, 180 or 270'), 0),
    flip: v.optional(oneOf(['none', 'horizontal', 'vertical', 'both']), 'none'),
    /** Stands behind transparent pixels in a format without transparency. */
    background: v.optional(
      v.pipe(
        v.string('expected a colour such as #ffffff'),
        v.regex(/^#[\da-f]{6}$/i, 'expected a colour such as #ffffff'),
      ),
      '#ffffff',
    ),
    colour: v.optional(oneOf(['keep', 'srgb']), 'keep'),
    metadata: v.optional(oneOf(['keep', 'copyright', 'strip']), 'keep'),
    /** Where the picture was taken; `strip` removes it and leaves the rest to `metadata`. */
    gps: v.optional(oneOf(['keep', 'strip']), 'keep'),
    /**
     * For a target that holds one of several frames or pages: write the first, or refuse the picture, as is always done in
     * place. Where nothing but fewer bytes is asked of a format, a picture that would lose some keeps its own bytes.
     */
    animation: v.optional(oneOf(['first-frame', 'refuse']), 'first-frame'),
    /** Pictures with more pixels (all frames together) are refused from their header. */
    pixelLimit: v.optional(integer(1, 16_000_000_000), 1_000_000_000),
    output: v.optional(outputSchema, { place: 'beside' }),
  },
  'expected an object',
);

export const recipeSchema = v.pipe(
  fieldsSchema,
  // The numbers of different encoders mean different things: nothing could be compared.
  v.rawCheck(({ dataset, addIssue }) => {
    if (!dataset.typed) return;
    const { to, quality } = dataset.value;
    if (to !== 'best' || typeof quality !== 'number') return;
    const message = 'expected "auto", or "auto:" with a level or a score, where the format is "best"';
    const path = {
      type: 'object',
      origin: 'value',
      input: dataset.value,
      key: 'quality',
      value: quality,
    } as const;
    addIssue({ message, input: quality, path: [path] });
  }),
);

export type Recipe = v.InferOutput<typeof recipeSchema>;
export type RecipeInput = v.InferInput<typeof recipeSchema>;
export type Resize = NonNullable<Recipe['resize']>;
export type OutputPlace = Recipe['output'];

/** @throws MillraceError `recipe-invalid`, naming each wrong field, its value and what was expected. */
export function parseRecipe(value: unknown): Recipe {
  // A list is an object without fields to a schema, and would pass as a recipe of nothing but defaults.
  if (Array.isArray(value)) throw new MillraceError('recipe-invalid', 'expected an object, got a list');
  return parseWith(recipeSchema, value, 'recipe-invalid');
}
