import { expect, it } from 'vitest';
import { parseRecipe } from '../../../contract/recipe.ts';
import { picture } from '../../fixtures/pictures.ts';
import { testPool } from '../../fixtures/pools.ts';

it('a worker does not look through its heap for every large picture that comes and goes', async () => {
  const pictures = 8;
  const size = { width: 4000, height: 3000 };
  const bytes = await picture(size);
  const recipe = parseRecipe({ to: 'jpeg', quality: 80, effort: 'fast', colour: 'srgb' });
  const { pool, pids, log, ended } = testPool('telling-collections');
  for (let index = 0; index < pictures; index += 1) {
    const { report } = await pool.run(
      { name: 'a.jpg', bytes, recipe },
      { signal: new AbortController().signal, pixels: size.width * size.height, formats: ['jpeg'] },
    );
    expect(report.outcome).toBe('converted');
  }
  await pool.shutdown();
  await ended(1);
  expect(pids).toHaveLength(1);
  const told = log.map(({ message }) => message);
  expect(told.some((line) => line.includes('Scavenge'))).toBe(true);
  const collections = told.filter((line) => line.includes('Mark-Compact'));
  expect(collections.length, collections.join('\n')).toBeLessThan(pictures / 2);
});
