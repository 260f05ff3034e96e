import type { Clock, SourceReader } from '../engine/world.ts';
import { MillraceError } from '../../contract/errors.ts';
export function createLinkSources(_options: { allowPrivate: boolean; clock: Clock }): SourceReader {
  const no = () => Promise.reject(new MillraceError('link-failed', 'no'));
  return { head: no, read: no, release: () => undefined };
}
