import type { Source } from '../../contract/batch.ts';
import type { SourceReader } from './world.ts';

/** One reader for all sources, made of one for each kind. */
export function sourcesByKind(readers: Readonly<Record<Source['kind'], SourceReader>>): SourceReader {
  return {
    head: (source, signal) => readers[source.kind].head(source, signal),
    read: (source, signal) => readers[source.kind].read(source, signal),
    unchanged: (source) => readers[source.kind].unchanged(source),
    release: (source) => {
      readers[source.kind].release(source);
    },
  };
}
