import type { Intake, Offered } from '../../contract/batch.ts';
import type { Recipe } from '../../contract/recipe.ts';
import { walk } from './walk.ts';

/** The sources in what was offered, one by one: links as they are, then what is found on the disk. */
export async function* takeIn(
  { paths, links }: Offered,
  recipe: Recipe,
  signal?: AbortSignal,
): AsyncGenerator<Intake, void, undefined> {
  for (const url of links) yield { kind: 'source', source: { kind: 'link', url } };
  const outputFolder = recipe.output.place === 'folder' ? recipe.output.folder : undefined;
  yield* walk(paths, { outputFolder, signal });
}
