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

it('keeps those of all jobs, and what is alike once', () => {
  const details = createDetails();
  const ids = Array.from({ length: 20_000 }, (_, index) => index + 1);
  for (const id of ids) details.remember(id, structuredClone(report));
  expect(ids.filter((id) => details.get(id) === undefined)).toEqual([]);
  const [first, last] = [details.get(1), details.get(20_000)];
  expect(first).toEqual(last);
  expect(first?.fidelity).toBe(last?.fidelity);
  expect(first?.output).toBe(last?.output);
  details.forget(3);
  expect(details.get(3)).toBeUndefined();
});
