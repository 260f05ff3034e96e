import { expect, it } from 'vitest';
import { parseRecipe } from '../../contract/recipe.ts';
import { recipeSentence, recipeWords, rowReason } from './words.ts';

it.each([
  ['/home/a/trip/torn.jpg is empty. Copy it again.', 'torn.jpg is empty. Copy it again.'],
  ['C:\\trip\\torn.jpg is empty.', 'torn.jpg is empty.'],
  ['torn.jpg is damaged.', 'torn.jpg is damaged.'],
  ['The disk /mnt is full; torn.jpg was not written.', 'The disk /mnt is full; torn.jpg was not written.'],
  ['/home/a is gone, and with it torn.jpg', '/home/a is gone, and with it torn.jpg'],
  [undefined, undefined],
])('names a file without its folders: %s', (reason, said) => {
  expect(rowReason({ name: 'torn.jpg', reason })).toBe(said);
});

it('says what a recipe does in one sentence', () => {
  expect(recipeSentence(parseRecipe({}))).toBe(
    'Keeps each format, likeness “very good”, beside the originals with “-small” in the name.',
  );
});

it('says what a recipe does to a picture, wherever it goes', () => {
  expect(recipeWords(parseRecipe({ to: 'webp', quality: 70, resize: { percent: 50 } }))).toBe(
    'Makes WebP, quality 70, at 50 % of its size',
  );
});
