import { MillraceError } from '../../contract/errors.ts';
import { parseRecipe, type Recipe } from '../../contract/recipe.ts';

export type RecipeCheck =
  | { readonly ok: true; readonly recipe: Recipe }
  /** What is wrong, by the path of the field (`resize.width`). */
  | { readonly ok: false; readonly problems: ReadonlyMap<string, string> };

/** Judges what a person has entered, by the same schema that main and the workers use. */
export function checkRecipe(value: unknown): RecipeCheck {
  try {
    return { ok: true, recipe: parseRecipe(value) };
  } catch (error) {
    if (!(error instanceof MillraceError)) throw error;
    const problems = new Map<string, string>();
    for (const line of error.message.split('\n')) {
      const [path = '', ...rest] = line.split(': ');
      if (!problems.has(path)) problems.set(path, sentence(rest.join(': ')));
    }
    return { ok: false, problems };
  }
}

/** `expected an integer from 1 to 65535, got -3` becomes `Enter an integer from 1 to 65535.` */
function sentence(message: string): string {
  const wanted = /^expected (.*?)(?:, got .*)?$/.exec(message)?.[1];
  return wanted === undefined ? `This ${message}.` : `Enter ${wanted}.`;
}
