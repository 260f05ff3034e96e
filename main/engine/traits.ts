import type { Source } from '../../contract/batch.ts';
import type { Recipe } from '../../contract/recipe.ts';
import type { Fidelity, Report } from '../../contract/report.ts';
import type { Committed, FileTraits, SourceHead } from './world.ts';

/** What an output takes over from its source. Tags and comments go where the recipe asks for metadata to go. */
export function traitsFor(source: Source, head: SourceHead, recipe: Recipe): FileTraits {
  const { modifiedMs, createdMs, mode } = head;
  const attributesFrom = source.kind === 'file' && recipe.metadata === 'keep' ? source.path : undefined;
  return { modifiedMs, createdMs, mode, attributesFrom };
}

/** The worker's report, and what became of what the worker never sees. */
export function withAttributes(report: Report, attributes: Committed['attributes']): Report {
  const fates: Fidelity[] = [];
  if (attributes !== undefined && attributes.kept.length > 0) {
    fates.push({ aspect: 'attributes', fate: 'kept', note: `the file still has ${list(attributes.kept)}` });
  }
  if (attributes !== undefined && attributes.lost.length > 0) {
    const note = `the disk of the output does not take ${list(attributes.lost)}`;
    fates.push({ aspect: 'attributes', fate: 'dropped', note });
  }
  return fates.length === 0 ? report : { ...report, fidelity: [...report.fidelity, ...fates] };
}

function list(names: readonly string[]): string {
  return [...names].sort().join(', ');
}
