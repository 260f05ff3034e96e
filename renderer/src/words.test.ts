import { describe, expect, it } from 'vitest';
import type { BatchView, Row } from '../../contract/app-state.ts';
import { maxCopiedText } from '../../contract/control-protocol.ts';
import { parseRecipe } from '../../contract/recipe.ts';
import { announcement, batchSentence, reasonLines, recipeSentence, recipeWords, rowReason } from './words.ts';

const none = { total: 0, waiting: 0, running: 0, done: 0, failed: 0, skipped: 0, cancelled: 0, ignored: 0 };

function batch(
  state: BatchView['state'],
  counts: Partial<BatchView['counts']> = {},
  rest: Partial<BatchView> = {},
): BatchView {
  const total = counts.total ?? 0;
  return {
    id: 1,
    state,
    counts: { ...none, ...counts },
    found: total,
    intakeEnded: true,
    bytesIn: 0,
    bytesOut: 0,
    elapsedMs: 0,
    leftOut: [],
    recipe: parseRecipe({}),
    ...rest,
  };
}

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

it('tells a batch without pictures from one whose pictures were removed', () => {
  expect(batchSentence(batch('ended'))).toBe('No pictures found');
  expect(batchSentence(batch('ended', {}, { found: 3 }))).toBe('The list is empty');
  expect(batchSentence(batch('ended', { total: 2, skipped: 2 }))).toBe('Nothing to do');
});

it('says aloud only what is news: a batch of a thousand says as much as one of four', () => {
  const said = Array.from({ length: 1001 }, (_, done) =>
    announcement(batch('working', { total: 1000, done, waiting: 1000 - done })),
  );
  expect([...new Set(said)]).toEqual(['Working', '25 % done', '50 % done', '75 % done', '100 % done']);
  expect(announcement(batch('working', { total: 9, done: 8, waiting: 1 }, { intakeEnded: false }))).toBe(
    'Working',
  );
  expect(announcement(batch('paused', { total: 9, done: 3 }))).toBe('Paused');
  expect(announcement(batch('ended', { total: 9, done: 9 }))).toBe('Done: 9 pictures');
});

describe('reasons for the clipboard', () => {
  const failed = (count: number): Row[] =>
    Array.from({ length: count }, (_, id) => ({
      id,
      name: `a long name of a picture ${String(id)}.jpg`,
      folder: 'holidays/by the sea/2024',
      state: 'failed',
      reason: 'It is damaged in its middle and cannot be read to its end. '.repeat(4),
    }));

  it('are all there, of ten thousand too', () => {
    const text = reasonLines(failed(10_000));
    expect(text.split('\n')).toHaveLength(10_000);
    expect(text.length).toBeGreaterThan(1_000_000);
    expect(text.length).toBeLessThanOrEqual(maxCopiedText);
  });

  it('are cut where there are too many, and counted', () => {
    const text = reasonLines(failed(30), 1000);
    expect(text.length).toBeLessThanOrEqual(1000);
    const lines = text.split('\n');
    expect(lines.at(-1)).toBe(`and ${String(30 - lines.length + 1)} more`);
    expect(lines.length).toBeGreaterThan(2);
  });

  it('are those that there are', () => {
    const [row] = failed(1);
    if (row === undefined) throw new Error('There is no row.');
    const { reason: _, ...without } = row;
    expect(reasonLines([{ ...row, reason: 'It is torn.' }, without])).toBe(
      'holidays/by the sea/2024/a long name of a picture 0.jpg: It is torn.',
    );
  });
});
