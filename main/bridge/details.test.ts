import { expect, it } from 'vitest';
import { echo } from '../../tests/fixtures/workers/serve.ts';
import { parseRecipe } from '../../contract/recipe.ts';
import { createDetails } from './details.ts';

const { report } = echo({ name: 'a', bytes: new Uint8Array(1), recipe: parseRecipe({}) });

it('describes the settings as a person reads them', () => {
  const details = createDetails();
  const options = { chromaSubsampling: '4:2:0', progressive: true, trellis: false, quality: 82 };
  details.remember(1, {
    ...report,
    settings: { encoder: 'mozjpeg', quality: 82, lossless: false, effort: 'balanced', options },
  });
  expect(details.get(1)?.settings).toBe('mozjpeg, quality 82, chroma subsampling 4:2:0, progressive');
});

it('keeps those that were done or looked at last', () => {
  const details = createDetails(2);
  details.remember(1, report);
  details.remember(2, report);
  details.get(1);
  details.remember(3, report);
  expect([1, 2, 3].map((id) => details.get(id) !== undefined)).toEqual([true, false, true]);
  details.forget(3);
  expect(details.get(3)).toBeUndefined();
});
