import { stat } from 'node:fs/promises';
import type { JobOutput, Source } from '../../contract/batch.ts';
import { fileKey, sizeIn } from '../engine/file-key.ts';
import { outputIn } from './job-output.ts';
import type { Store } from './store.ts';

/** A file's key in SQL, as the indexes have it. */
const fileKeyOf = (column: string): string => `substr(${column}, instr(${column}, ':') + 1)`;

/** What the store knows of files that Millrace has worked on or made. Recipes are told by their hash. */
export interface DoneBefore {
  /** Why a source needs no work by this recipe, as a sentence; undefined: work on it. */
  reason(source: Source, identity: string, recipe: string): Promise<string | undefined>;
  /** Whether the file at this path is what this recipe has made there. */
  isOutput(path: string, identity: string, recipe: string): boolean;
}

/**
 * @param digest SHA-256 of a file, hexadecimal. Asked for files alone that have the size of an output: copies of outputs, and
 *   those on another disk or with another date, are known by their bytes.
 */
export function createDoneBefore({ database }: Store, digest: (path: string) => Promise<string>): DoneBefore {
  const outputs = database.prepare(`
    SELECT output.identity, output.path, batch.recipe_hash FROM output JOIN batch ON batch.id = output.batch
    WHERE ${fileKeyOf('output.identity')} = ?`);
  // An original that was kept as it is has not been compressed.
  const outputsOfSize = database.prepare(`
    SELECT output.sha256, batch.recipe_hash FROM output JOIN batch ON batch.id = output.batch
    WHERE output.bytes = ? AND output.kept_original = 0`);
  const doneJobs = database.prepare(`
    SELECT job.identity, job.address, job.output, batch.recipe_hash FROM job JOIN batch ON batch.id = job.batch
    WHERE ${fileKeyOf('job.identity')} = ? AND job.state = 'done'`);

  /** By which recipes this file was made, as far as its identity tells. */
  function recipesOf(path: string, identity: string): unknown[] {
    return outputs
      .all(fileKey(identity))
      .filter((row) => row['identity'] === identity || row['path'] === path)
      .map((row) => row['recipe_hash']);
  }

  /** The same, by its bytes. */
  async function recipesOfBytes(path: string, identity: string): Promise<unknown[]> {
    const rows = outputsOfSize.all(sizeIn(identity));
    if (rows.length === 0) return [];
    // Who wants to work on what cannot be read hears of it then.
    const sha256 = await digest(path).catch(() => undefined);
    return rows.filter((row) => row['sha256'] === sha256).map((row) => row['recipe_hash']);
  }

  function ownOutput(source: Source, made: readonly unknown[], recipe: string): string | undefined {
    if (made.includes(recipe)) return 'Millrace has made this file with this very recipe.';
    const isFound = source.kind === 'file' && source.root !== undefined;
    return made.length > 0 && isFound ? 'Millrace has made this file itself.' : undefined;
  }

  return {
    async reason(source, identity, recipe) {
      if (source.kind === 'link') return undefined;
      const { path } = source;
      const own = ownOutput(source, recipesOf(path, identity), recipe);
      if (own !== undefined) return own;
      const asSource = doneJobs
        .all(fileKey(identity))
        .filter((row) => row['identity'] === identity || row['address'] === path);
      for (const row of asSource) {
        const output = row['recipe_hash'] === recipe ? outputIn(row['output']) : undefined;
        if (output !== undefined && (await isThere(output))) return `It is done: ${output.path}`;
      }
      // What was worked on is no copy of an output, whatever another source became.
      if (asSource.length > 0) return undefined;
      return ownOutput(source, await recipesOfBytes(path, identity), recipe);
    },
    isOutput: (path, identity, recipe) => recipesOf(path, identity).includes(recipe),
  };
}

/** Whether an output is still where it was put, as far as its size tells. */
export async function isThere({ path, bytes }: Pick<JobOutput, 'path' | 'bytes'>): Promise<boolean> {
  try {
    return (await stat(path)).size === bytes;
  } catch {
    // Gone, or out of reach: it is made again.
    return false;
  }
}
