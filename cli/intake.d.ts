import type { Intake } from '../contract/batch.ts';
import type { Recipe } from '../contract/recipe.ts';
/** The sources of a command line: links as they are, patterns that the shell did not expand, files and folders. */
export declare function takeIn(
  inputs: readonly string[],
  recipe: Recipe,
  signal: AbortSignal,
): AsyncGenerator<Intake, void, undefined>;
