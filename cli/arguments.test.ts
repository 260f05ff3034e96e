import { writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { MillraceError } from '../contract/errors.ts';
import { parseRecipe } from '../contract/recipe.ts';
import { temporaryFolder } from '../tests/fixtures/temporary-folder.ts';
import { parseArguments } from './arguments.ts';
import { readRecipe } from './recipe-file.ts';

const unchanged = parseRecipe({});

async function recipeOf(...args: string[]): Promise<unknown> {
  const asked = parseArguments(['a.jpg', ...args], '0.0.0');
  return asked.kind === 'run' ? await readRecipe(asked.flags) : undefined;
}

/** Every option of the recipe as it may be typed, what it changes, and nonsense with what is said of that. */
const recipeOptions: readonly (readonly [
  flag: string,
  typed: readonly string[],
  changed: object,
  nonsense?: readonly [value: string, field: string],
])[] = [
  ['-t', ['webp'], { to: 'webp' }, ['bmp', 'to:']],
  ['--to', ['jpg'], { to: 'jpeg' }, ['bmp', 'to:']],
  ['--best-of', ['jpg, png'], { bestOf: ['jpeg', 'png'] }, ['png,bmp', 'bestOf.1:']],
  ['-q', ['70'], { quality: 70 }, ['101', 'quality:']],
  ['--quality', ['auto:good'], { quality: 'auto:good' }, ['auto:superb', 'quality:']],
  [
    '--max-bytes',
    ['1.5MB'],
    { maxBytes: 1_500_000 },
    ['1.2.3kB', 'maxBytes: expected an integer from 100 to 2000000000, got "1.2.3kB"'],
  ],
  ['--lossless', [], { lossless: true }],
  ['--palette', [], { palette: true }],
  ['-e', ['fast'], { effort: 'fast' }, ['most', 'effort:']],
  ['--effort', ['smallest'], { effort: 'smallest' }, ['most', 'effort:']],
  [
    '-r',
    ['900'],
    { resize: { longestEdge: 900, fit: 'inside', enlarge: false } },
    ['0', 'resize.longestEdge:'],
  ],
  ['--resize', ['x9'], { resize: { height: 9, fit: 'inside', enlarge: false } }, ['0x9', 'resize.width:']],
  [
    '--fit',
    ['cover', '-r', '4x3'],
    { resize: { width: 4, height: 3, fit: 'cover', enlarge: false } },
    ['fill', 'resize.fit:'],
  ],
  ['--enlarge', ['-r', '200%'], { resize: { percent: 200, fit: 'inside', enlarge: true } }],
  ['--rotate', ['90'], { rotate: 90 }, ['45', 'rotate:']],
  ['--flip', ['both'], { flip: 'both' }, ['over', 'flip:']],
  ['--background', ['#102030'], { background: '#102030' }, ['red', 'background:']],
  ['--color', ['srgb'], { colour: 'srgb' }, ['nonsense', 'colour:']],
  ['--colour', ['srgb'], { colour: 'srgb' }, ['nonsense', 'colour:']],
  ['-m', ['strip'], { metadata: 'strip' }, ['some', 'metadata:']],
  ['--metadata', ['copyright'], { metadata: 'copyright' }, ['some', 'metadata:']],
  ['--strip-gps', [], { gps: 'strip' }],
  ['--animation', ['refuse'], { animation: 'refuse' }, ['last-frame', 'animation:']],
  ['--pixel-limit', ['9'], { pixelLimit: 9 }, ['0', 'pixelLimit:']],
  [
    '-o',
    ['web'],
    { output: { place: 'folder', folder: resolve('web'), existing: 'rename' } },
    ['', 'output.folder:'],
  ],
  [
    '--out',
    ['web'],
    { output: { place: 'folder', folder: resolve('web'), existing: 'rename' } },
    ['', 'output.folder:'],
  ],
  [
    '--suffix',
    ['-web'],
    { output: { place: 'beside', suffix: '-web', existing: 'rename' } },
    ['a/b', 'output.suffix:'],
  ],
  ['--in-place', [], { output: { place: 'in-place' } }],
  [
    '--existing',
    ['skip'],
    { output: { place: 'beside', suffix: '-small', existing: 'skip' } },
    ['replace', 'output.existing:'],
  ],
];

describe('the options of a recipe', () => {
  it.each(recipeOptions.map(([flag, typed, changed]) => [flag, typed, changed] as const))(
    '%s %j',
    async (flag, typed, changed) => {
      expect(await recipeOf(flag, ...typed)).toEqual({ ...unchanged, ...changed });
    },
  );

  const refused = recipeOptions.flatMap(([flag, [, ...rest], , nonsense]) =>
    nonsense === undefined ? [] : [[flag, nonsense[0], nonsense[1], rest] as const],
  );
  it.each(refused)('%s %j is refused, and %s is named', async (flag, value, field, rest) => {
    await expect(recipeOf(flag, value, ...rest)).rejects.toThrow(field);
  });

  it('are all in the help, and all of the help is tried here', () => {
    const help = parseArguments(['--help'], '0.0.0');
    if (help.kind !== 'text') throw new Error('that is no help');
    const ofRecipe = help.text.slice(help.text.indexOf('\nFormat:'), help.text.indexOf('\nWork:'));
    const documented = [...ofRecipe.matchAll(/^ {2}(-.*?)(?: {2}|$)/gm)].flatMap(([, flags = '']) =>
      [...flags.matchAll(/(?<![\w-])--?[\w-]+/g)].map(([flag]) => flag),
    );
    expect(documented.sort()).toEqual(recipeOptions.map(([flag]) => flag).sort());
  });
});

describe('a recipe file', () => {
  const file = {
    quality: 70,
    resize: { longestEdge: 900, enlarge: true },
    output: { place: 'beside', suffix: '-web', existing: 'skip' },
  };

  it.each([
    [[], {}],
    [['-q', '80'], { quality: 80 }],
    [['-r', '4x3'], { resize: { width: 4, height: 3, fit: 'inside', enlarge: true } }],
    [['--fit', 'cover'], { resize: { longestEdge: 900, fit: 'cover', enlarge: true } }],
    [['--out', 'web'], { output: { place: 'folder', folder: resolve('web'), existing: 'skip' } }],
    [['--suffix', '-s'], { output: { place: 'beside', suffix: '-s', existing: 'skip' } }],
    [['--existing', 'rename'], { output: { place: 'beside', suffix: '-web', existing: 'rename' } }],
    [['--in-place'], { output: { place: 'in-place' } }],
  ])('is what it says, but for %j', async (typed, changed) => {
    const path = join(await temporaryFolder(), 'recipe.json');
    await writeFile(path, JSON.stringify(file));
    expect(await recipeOf('--recipe', path, ...typed)).toEqual({ ...parseRecipe(file), ...changed });
  });
});

describe('the commands', () => {
  it('have the options that stand behind them', () => {
    expect(parseArguments(['undo', '--state', 'here'], '0.0.0')).toMatchObject({
      kind: 'undo',
      flags: { state: 'here' },
    });
  });

  it.each([
    [['--state', 'here', 'undo'], '--state stands before undo'],
    [['--dry-run', 'undo'], '--dry-run stands before undo'],
    [['--json', 'history'], '--json stands before history'],
    [['-j', '2', 'resume'], '--jobs stands before resume'],
  ])('%j is refused: it would do without the option', (args, reason) => {
    expect(() => parseArguments(args, '0.0.0')).toThrow(MillraceError);
    expect(() => parseArguments(args, '0.0.0')).toThrow(reason);
  });

  it('take no offence at a state that the environment names', () => {
    onTestFinished(() => void vi.unstubAllEnvs());
    vi.stubEnv('MILLRACE_STATE', 'there');
    expect(parseArguments(['history'], '0.0.0')).toMatchObject({ flags: { state: 'there' } });
  });
});
