import { readdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { MillraceError } from '../../../contract/errors.ts';
import { parseRecipe } from '../../../contract/recipe.ts';
import { loadCodecs } from '../../../utility/codecs.ts';
import { convert } from '../../../utility/image/convert.ts';
import { corpus } from '../../fixtures/corpus.ts';

const codecs = await loadCodecs('native');

/** All that is odd, and some of each that is not: whole folders take minutes. */
const shares: readonly (readonly [folder: string, each: number])[] = [
  ['tricky', 1],
  ['svg', 2],
  ['heic', 4],
  ['meta/jpg', 12],
  ['camera-jpeg', 16],
  ['photo-png', 17],
  ['graphics-png', 11],
];

/** Larger ones are refused before they are decoded. */
const pixelLimit = 8_000_000;

function filesOf(root: string): string[] {
  return shares.flatMap(([folder, each]) =>
    readdirSync(join(root, folder), { withFileTypes: true })
      .filter((entry) => entry.isFile())
      .filter((_, index) => index % each === 0)
      .map(({ name }) => join(folder, name)),
  );
}

describe.skipIf(corpus === undefined)('what is made of a real picture passes its check', () => {
  const files = corpus === undefined ? [] : filesOf(corpus);
  it.each(files.map((file, index) => [file, index % 2 === 0 ? 'jpeg' : 'webp'] as const))(
    '%s as %s',
    async (file, to) => {
      const bytes = await readFile(join(corpus ?? '', file));
      const recipe = parseRecipe({ to, quality: 80, effort: 'fast', pixelLimit });
      const made = await convert({ name: file, bytes, recipe }, codecs, () => undefined).catch(
        (error: unknown) => error,
      );
      if (made instanceof MillraceError) expect(made).not.toMatchObject({ code: 'verify-failed' });
      else expect(made).toHaveProperty('report');
    },
  );
});
