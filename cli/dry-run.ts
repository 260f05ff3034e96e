import { sourceAddress, type Source } from '../contract/batch.ts';
import { toWireError, type WireError } from '../contract/errors.ts';
import type { Recipe } from '../contract/recipe.ts';
import { prepareJob, type Preparation } from '../main/engine/pipeline.ts';
import type { BatchJournal } from '../main/engine/journal.ts';
import type { Desk } from './desk.ts';
import { noImages, sortInputs } from './intake.ts';
import type { Output } from './reporter.ts';

/**
 * Says for every source what would come of it, one line each; reads headers and writes nothing. Gives the exit code that
 * the run itself would have for what can be known now.
 */
export async function dryRun(
  inputs: readonly string[],
  recipe: Recipe,
  desk: Desk,
  output: Output,
  options: {
    readonly json: boolean;
    readonly interrupted: AbortSignal;
    /** Knows what has been done before. */
    readonly journal: BatchJournal;
    /** Leaves nothing out that has been done before. */
    readonly insist: boolean;
  },
): Promise<number> {
  let found = 0;
  let failed = 0;

  async function prepare(source: Source): Promise<Preparation | WireError> {
    try {
      const preparation = await prepareJob(
        source,
        recipe,
        desk.world,
        Promise.resolve(),
        options,
        options.interrupted,
      );
      desk.world.sources.release(source);
      return preparation;
    } catch (error) {
      return toWireError(error);
    }
  }

  for await (const item of desk.intake(await sortInputs(inputs), recipe, options.interrupted)) {
    if (item.kind === 'skipped' || item.kind === 'done') continue;
    found += 1;
    const source = sourceAddress(item.source);
    const plan = item.kind === 'failed' ? item.error : await prepare(item.source);
    // What was cut short says nothing about the picture.
    if (options.interrupted.aborted) return 0;
    if ('code' in plan) {
      failed += 1;
      if (options.json) output.out(JSON.stringify({ event: 'would-fail', source, error: plan }));
      else output.err(`${source}: ${plan.message}`);
    } else if (plan.kind === 'needless') {
      const { reason } = plan;
      output.out(
        options.json ? JSON.stringify({ event: 'would-skip', source, reason }) : `${source}: ${reason}`,
      );
    } else {
      const { path } = plan.prepared.reservation;
      output.out(
        options.json ? JSON.stringify({ event: 'would-write', source, output: path }) : `${source} → ${path}`,
      );
    }
  }
  if (found > 0 || options.interrupted.aborted) return failed === 0 ? 0 : 1;
  const error = toWireError(noImages(inputs));
  if (options.json) output.out(JSON.stringify({ event: 'stopped', error }));
  else output.err(error.message);
  return 1;
}
