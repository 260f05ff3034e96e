import { sourceAddress, type Source } from '../contract/batch.ts';
import { toWireError, type WireError } from '../contract/errors.ts';
import type { Recipe } from '../contract/recipe.ts';
import { prepareJob } from '../main/engine/pipeline.ts';
import type { Reservation } from '../main/engine/world.ts';
import type { Desk } from './desk.ts';
import type { Output } from './reporter.ts';

/** Says for every source what would come of it, one line each; reads headers and writes nothing. Gives the exit code. */
export async function dryRun(
  inputs: readonly string[],
  recipe: Recipe,
  desk: Desk,
  output: Output,
  options: { readonly json: boolean; readonly interrupted: AbortSignal },
): Promise<number> {
  let failed = 0;

  async function prepare(source: Source): Promise<Reservation | WireError> {
    try {
      const { reservation } = await prepareJob(
        source,
        recipe,
        desk.world,
        Promise.resolve(),
        options.interrupted,
      );
      desk.world.sources.release(source);
      return reservation;
    } catch (error) {
      return toWireError(error);
    }
  }

  for await (const item of desk.intake(inputs, recipe, options.interrupted)) {
    if (item.kind === 'skipped') continue;
    const source = sourceAddress(item.source);
    const plan = item.kind === 'failed' ? item.error : await prepare(item.source);
    if ('code' in plan) {
      failed += 1;
      if (options.json) output.out(JSON.stringify({ event: 'would-fail', source, error: plan }));
      else output.err(`${source}: ${plan.message}`);
    } else if (options.json) {
      output.out(
        JSON.stringify({ event: plan.skip ? 'would-skip' : 'would-write', source, output: plan.path }),
      );
    } else output.out(plan.skip ? `${source}: already there as ${plan.path}` : `${source} → ${plan.path}`);
  }
  return failed === 0 ? 0 : 1;
}
