import { fileKey } from '../engine/file-key.ts';
import { identityAt } from '../files/identity.ts';
import { isThere, type DoneBefore } from '../store/done-before.ts';
import type { DoneJob } from '../store/records.ts';

/**
 * Whether a job that an earlier run has done is not to be done again: its source is what it was and its output is there, or
 * nothing could be done again, because the source has given way to the output or has been taken away since.
 *
 * @param recipe hash of its recipe
 */
export async function isStillDone(
  { source, identity, output }: DoneJob,
  recipe: string,
  { isOutput }: Pick<DoneBefore, 'isOutput'>,
): Promise<boolean> {
  if (source.kind === 'file') {
    // What cannot be looked at cannot be done again now.
    const now = await identityAt(source.path).catch(() => undefined);
    if (now === undefined || isOutput(source.path, now, recipe)) return true;
    if (fileKey(now) !== fileKey(identity)) return false;
  }
  return isThere(output);
}
