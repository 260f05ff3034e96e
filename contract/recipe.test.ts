import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MillraceError } from './errors.ts';
import { parseRecipe, type Recipe } from './recipe.ts';

function refusal(value: unknown): string {
  try {
    parseRecipe(value);
  } catch (error) {
    if (error instanceof MillraceError && error.code === 'recipe-invalid') return error.message;
    throw error;
  }
  return 'accepted';
}

const defaults: Recipe = {
  to: 'keep',
  bestOf: ['jpeg', 'png', 'webp', 'avif'],
  quality: 'auto',
  lossless: false,
  palette: false,
  effort: 'balanced',
  rotate: 0,
  flip: 'none',
  background: '#ffffff',
  colour: 'keep',
  metadata: 'keep',
  gps: 'keep',
  animation: 'first-frame',
  pixelLimit: 1_000_000_000,
  output: { place: 'beside', suffix: '-small', existing: 'rename' },
};

describe('parseRecipe', () => {
  it('fills in every default', () => {
    expect(parseRecipe({})).toEqual(defaults);
    expect(parseRecipe({ resize: { width: 5 } }).resize).toEqual({ width: 5, fit: 'inside', enlarge: false });
    expect(parseRecipe({ output: { place: 'folder', folder: '/out' } }).output).toEqual({
      place: 'folder',
      folder: '/out',
      existing: 'rename',
    });
    expect(parseRecipe({ output: { place: 'in-place' } }).output).toEqual({ place: 'in-place' });
  });

  it('accepts what it gave', () => {
    for (const recipe of [
      { to: 'webp', quality: 1, resize: { width: 10, height: 10, fit: 'cover', enlarge: true } },
      { resize: { longestEdge: 65_535 }, rotate: 270, flip: 'both', background: '#AbCdEf' },
      { resize: { percent: 0.1 }, output: { place: 'beside', suffix: '' } },
      { resize: { megapixels: 1000 }, metadata: 'copyright', gps: 'strip', pixelLimit: 1 },
    ])
      expect(parseRecipe(parseRecipe(recipe))).toEqual({ ...defaults, ...parseRecipe(recipe) });
  });

  it.each<[unknown, string]>([
    [5, 'expected an object, got 5'],
    [null, 'expected an object, got null'],
    [undefined, 'expected an object, got nothing'],
    ['webp', 'expected an object, got "webp"'],
    [[], 'expected an object, got a list'],
    [{ qualty: 5 }, 'qualty: is not a field Millrace knows'],
    [JSON.parse('{"__proto__": 1}'), '__proto__: is not a field Millrace knows'],
    [{ constructor: 1 }, 'constructor: is not a field Millrace knows'],
    [{ to: 5 }, 'to: expected "keep", "best", "jpeg", "png", "webp", "avif", "jxl", "gif", "tiff", got 5'],
    [
      { quality: 0 },
      'quality: expected an integer from 1 to 100, "auto", or "auto:" with a level (identical, very-good, good, small) or a score from 30 to 100, got 0',
    ],
    [
      { quality: 101 },
      'quality: expected an integer from 1 to 100, "auto", or "auto:" with a level (identical, very-good, good, small) or a score from 30 to 100, got 101',
    ],
    [
      { quality: '80' },
      'quality: expected an integer from 1 to 100, "auto", or "auto:" with a level (identical, very-good, good, small) or a score from 30 to 100, got "80"',
    ],
    [
      { quality: null },
      'quality: expected an integer from 1 to 100, "auto", or "auto:" with a level (identical, very-good, good, small) or a score from 30 to 100, got null',
    ],
    [
      { quality: new Uint8Array(7) },
      'quality: expected an integer from 1 to 100, "auto", or "auto:" with a level (identical, very-good, good, small) or a score from 30 to 100, got 7 bytes',
    ],
    [
      { quality: 'auto:superb' },
      'quality: expected an integer from 1 to 100, "auto", or "auto:" with a level (identical, very-good, good, small) or a score from 30 to 100, got "auto:superb"',
    ],
    [
      { quality: 'auto:29' },
      'quality: expected an integer from 1 to 100, "auto", or "auto:" with a level (identical, very-good, good, small) or a score from 30 to 100, got "auto:29"',
    ],
    [
      { to: 'best', quality: 80 },
      'quality: expected "auto", or "auto:" with a level or a score, where the format is "best", got 80',
    ],
    [{ bestOf: [] }, 'bestOf: expected at least one format, got []'],
    [{ maxBytes: 5 }, 'maxBytes: expected an integer from 100 to 2000000000, got 5'],
    [{ lossless: 'yes' }, 'lossless: expected true or false, got "yes"'],
    [{ palette: 1 }, 'palette: expected true or false, got 1'],
    [{ effort: 'max' }, 'effort: expected "fast", "balanced", "smallest", got "max"'],
    [{ resize: 5 }, 'resize: expected an object, got 5'],
    [{ resize: { width: -3 } }, 'resize.width: expected an integer from 1 to 65535, got -3'],
    [{ resize: { width: 1.5 } }, 'resize.width: expected an integer from 1 to 65535, got 1.5'],
    [{ resize: { height: 65_536 } }, 'resize.height: expected an integer from 1 to 65535, got 65536'],
    [{ resize: { longestEdge: 0 } }, 'resize.longestEdge: expected an integer from 1 to 65535, got 0'],
    [{ resize: { percent: NaN } }, 'resize.percent: expected a number from 0.1 to 1000, got NaN'],
    [{ resize: { percent: Infinity } }, 'resize.percent: expected a number from 0.1 to 1000, got Infinity'],
    [{ resize: { percent: 1001 } }, 'resize.percent: expected a number from 0.1 to 1000, got 1001'],
    [{ resize: { megapixels: 0 } }, 'resize.megapixels: expected a number from 0.001 to 1000, got 0'],
    [{ resize: { width: 1, fit: 'fill' } }, 'resize.fit: expected "inside", "cover", "stretch", got "fill"'],
    [{ resize: { width: 1, enlarge: 1 } }, 'resize.enlarge: expected true or false, got 1'],
    [{ resize: { width: 1, depth: 2 } }, 'resize.depth: is not a field Millrace knows'],
    [{ rotate: 45 }, 'rotate: expected 0, 90, 180 or 270, got 45'],
    [{ flip: true }, 'flip: expected "none", "horizontal", "vertical", "both", got true'],
    [{ background: 'red' }, 'background: expected a colour such as #ffffff, got "red"'],
    [{ background: '#fff' }, 'background: expected a colour such as #ffffff, got "#fff"'],
    [{ background: 0 }, 'background: expected a colour such as #ffffff, got 0'],
    [{ colour: 'p3' }, 'colour: expected "keep", "srgb", got "p3"'],
    [{ metadata: 'all' }, 'metadata: expected "keep", "copyright", "strip", got "all"'],
    [{ gps: true }, 'gps: expected "keep", "strip", got true'],
    [{ animation: 'keep' }, 'animation: expected "first-frame", "refuse", got "keep"'],
    [{ pixelLimit: 0 }, 'pixelLimit: expected an integer from 1 to 16000000000, got 0'],
    [{ output: 5 }, 'output: expected "beside", "folder" or "in-place", got 5'],
    [{ output: {} }, 'output.place: expected "beside", "folder" or "in-place", got nothing'],
    [{ output: { place: 'here' } }, 'output.place: expected "beside", "folder" or "in-place", got "here"'],
    [
      { output: { place: 'beside', suffix: '../x' } },
      'output.suffix: expected text without / \\ : * ? " < > | or control characters, got "../x"',
    ],
    [
      { output: { place: 'beside', suffix: 'x'.repeat(65) } },
      `output.suffix: expected at most 64 characters, got "${'x'.repeat(58)}…`,
    ],
    [
      { output: { place: 'beside', existing: 'overwrite' } },
      'output.existing: expected "rename", "skip", got "overwrite"',
    ],
    [{ output: { place: 'folder' } }, 'output.folder: is missing'],
    [{ output: { place: 'folder', folder: '' } }, 'output.folder: expected a folder, got ""'],
    [{ output: { place: 'in-place', suffix: 'x' } }, 'output.suffix: is not a field Millrace knows'],
  ])('refuses %j', (value, message) => {
    expect(refusal(value)).toBe(message);
  });

  it.each([{}, { width: 1, percent: 50 }, { longestEdge: 1, megapixels: 1 }, { fit: 'cover' }])(
    'takes exactly one way to say a size, not %j',
    (resize) => {
      expect(refusal({ resize })).toMatch(
        /^resize: expected exactly one of width and height, longestEdge, percent, megapixels, got /,
      );
    },
  );

  it('names every wrong field, one a line', () => {
    expect(refusal({ quality: 0, effort: 'x', resize: { width: -1 }, colur: 'keep' }).split('\n')).toEqual([
      'quality: expected an integer from 1 to 100, "auto", or "auto:" with a level (identical, very-good, good, small) or a score from 30 to 100, got 0',
      'effort: expected "fast", "balanced", "smallest", got "x"',
      'resize.width: expected an integer from 1 to 65535, got -1',
      'colur: is not a field Millrace knows',
    ]);
  });

  it('has a sentence for values that JSON cannot show', () => {
    const circle: Record<string, unknown> = {};
    circle['itself'] = circle;
    expect(refusal({ quality: circle })).toBe(
      'quality: expected an integer from 1 to 100, "auto", or "auto:" with a level (identical, very-good, good, small) or a score from 30 to 100, got an object',
    );
    expect(refusal({ quality: 10n })).toBe(
      'quality: expected an integer from 1 to 100, "auto", or "auto:" with a level (identical, very-good, good, small) or a score from 30 to 100, got 10n',
    );
    expect(refusal({ quality: () => 1 })).toBe(
      'quality: expected an integer from 1 to 100, "auto", or "auto:" with a level (identical, very-good, good, small) or a score from 30 to 100, got a function',
    );
    expect(refusal({ quality: Symbol('x') })).toBe(
      'quality: expected an integer from 1 to 100, "auto", or "auto:" with a level (identical, very-good, good, small) or a score from 30 to 100, got a symbol',
    );
  });

  it('accepts or refuses anything, and throws nothing else', () => {
    const keys = fc.constantFrom(...Object.keys(defaults), 'resize');
    fc.assert(
      fc.property(fc.dictionary(keys, fc.anything({ withBigInt: true, withTypedArray: true })), (value) => {
        expect(refusal(value)).toBeTypeOf('string');
      }),
      { numRuns: 500 },
    );
  });
});
