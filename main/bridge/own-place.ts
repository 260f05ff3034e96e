import type { Source } from '../../contract/batch.ts';
import type { OutputPlace } from '../../contract/recipe.ts';
import type { OutputWriter } from '../engine/world.ts';

/**
 * Outputs of pictures that have no place of their own go to a folder a person can find: beside their source they
 * would be in a folder of ours, and in its place they would be removed with it.
 */
export function withOwnPlace(
  outputs: OutputWriter,
  isPlaceless: (source: Source) => boolean,
  folder: string,
): OutputWriter {
  // One object for all of them, as the writer knows a batch by it.
  const place: OutputPlace = { place: 'folder', folder, existing: 'rename' };
  return {
    reserve(source, head, format, wanted) {
      const moved = wanted.place !== 'folder' && isPlaceless(source);
      return outputs.reserve(source, head, format, moved ? place : wanted);
    },
    commit: outputs.commit,
    release: outputs.release,
  };
}
