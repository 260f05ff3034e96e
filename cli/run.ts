import { sourceAddress, sourceName, type Job } from '../contract/batch.ts';
import { MillraceError, toWireError } from '../contract/errors.ts';
import type { Recipe } from '../contract/recipe.ts';
import { startBatch } from '../main/engine/batch.ts';
import type { Desk } from './desk.ts';
import type { Failure, Reporter, Summary } from './reporter.ts';

/**
 * Works through the inputs and reports. Gives the summary it reported last.
 *
 * @param interrupted fires when the person has had enough; what is running is ended, what is done stays
 */
export async function run(
  inputs: readonly string[],
  recipe: Recipe,
  desk: Desk,
  reporter: Reporter,
  options: { readonly interrupted: AbortSignal; readonly stats: boolean },
): Promise<Summary> {
  const batch = startBatch({ recipe, world: desk.world, budget: desk.budget });
  const failures: Failure[] = [];
  const { interrupted } = options;
  let keptOriginals = 0;
  let lowestScore: Summary['lowestScore'];
  let stopped: Summary['stopped'];
  interrupted.addEventListener('abort', () => void batch.cancel(), { once: true });
  batch.add(desk.intake(inputs, recipe, interrupted));

  for await (const event of batch.events) {
    reporter.event(event);
    if (event.type === 'job.failed')
      failures.push({ source: sourceAddress(event.job.source), error: event.error });
    if (event.type === 'job.done' && event.job.report?.outcome === 'kept-original') keptOriginals += 1;
    if (event.type === 'job.done') lowestScore = lower(lowestScore, event.job);
    if (event.type === 'job.retried') {
      reporter.log('warn', `${sourceName(event.job.source)} is tried again: ${event.error.message}`);
    }
    if (event.type === 'stopped') stopped = event.error;
    if (event.type === 'ended') break;
  }

  const progress = batch.progress();
  batch.close();
  if (progress.counts.total === 0 && !interrupted.aborted) stopped ??= toWireError(noImages(inputs));
  const summary: Summary = {
    progress,
    failures,
    keptOriginals,
    interrupted: interrupted.aborted,
    ...(lowestScore === undefined ? {} : { lowestScore }),
    ...(stopped === undefined ? {} : { stopped }),
    ...(options.stats ? { stats: desk.stats() } : {}),
  };
  reporter.summary(summary);
  return summary;
}

function lower(lowest: Summary['lowestScore'], { source, report }: Job): Summary['lowestScore'] {
  const score = report?.score?.value;
  if (score === undefined || (lowest !== undefined && lowest.score <= score)) return lowest;
  return { source: sourceAddress(source), score };
}

/** 0 all fine, 1 something failed. */
export function exitCode(summary: Summary): number {
  return summary.failures.length > 0 || summary.stopped !== undefined ? 1 : 0;
}

function noImages(inputs: readonly string[]): MillraceError {
  return new MillraceError(
    'no-images',
    `There is no image in ${inputs.join(', ')}. Name a file, or a folder that has some.`,
  );
}
