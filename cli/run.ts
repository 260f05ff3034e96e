import { setFlagsFromString } from 'node:v8';
import { sourceAddress, sourceName, type BatchProgress, type Job } from '../contract/batch.ts';
import { toWireError } from '../contract/errors.ts';
import { heapGrowth } from '../contract/heap-growth.ts';
import type { Recipe } from '../contract/recipe.ts';
import type { Report } from '../contract/report.ts';
import { startBatch } from '../main/engine/batch.ts';
import type { BatchJournal } from '../main/engine/journal.ts';
import type { IntakeStream } from '../main/engine/world.ts';
import type { Desk } from './desk.ts';
import { noImages } from './intake.ts';
import type { Failure, OverLimit, Reporter, Summary } from './reporter.ts';

/** What is to be done. */
export interface Order {
  readonly intake: IntakeStream;
  /** What was named, for a person. */
  readonly names: readonly string[];
  readonly recipe: Recipe;
  readonly journal: BatchJournal;
  /** Also what has been done before. */
  readonly insist: boolean;
}

export interface RunOptions {
  /** Fires when the person has had enough; what is running is ended, what is done stays. */
  readonly interrupted: AbortSignal;
  readonly stats: boolean;
}

/** Works through an order and reports. Gives the summary it reported last. */
export async function run(
  { intake, names, recipe, journal, insist }: Order,
  desk: Desk,
  reporter: Reporter,
  options: RunOptions,
): Promise<Summary> {
  const batch = startBatch({ recipe, world: desk.world, budget: desk.budget, journal, insist });
  const failures: Failure[] = [];
  const overLimit: OverLimit[] = [];
  let lostFrames = 0;
  const { interrupted } = options;
  let keptOriginals = 0;
  let lowestScore: Summary['lowestScore'];
  let stopped: Summary['stopped'];
  let isAtWork = false;
  interrupted.addEventListener('abort', () => void batch.interrupt(), { once: true });

  function finished(job: Job): void {
    const { report, output, source } = job;
    lowestScore = lower(lowestScore, job);
    if (report?.outcome === 'kept-original') keptOriginals += 1;
    if (report?.fidelity.some(({ aspect, fate }) => aspect === 'frames' && fate === 'dropped') === true)
      lostFrames += 1;
    if (output !== undefined && output.bytes > (recipe.maxBytes ?? Infinity))
      overLimit.push({ source: sourceAddress(source), bytes: output.bytes, reason: whyLarger(report) });
  }

  async function follow(): Promise<void> {
    for await (const event of batch.events) {
      reporter.event(event);
      if (event.type === 'job.started') {
        // Everything is loaded, the journal's thread too.
        if (!isAtWork) setFlagsFromString(heapGrowth);
        isAtWork = true;
        if (isLast(batch.progress())) desk.cool();
      }
      if (event.type === 'job.failed')
        failures.push({ source: sourceAddress(event.job.source), error: event.error });
      if (event.type === 'job.done') finished(event.job);
      if (event.type === 'job.retried') {
        reporter.log('warn', `${sourceName(event.job.source)} is tried again: ${event.error.message}`);
      }
      if (event.type === 'stopped') stopped = event.error;
      if (event.type === 'ended') break;
    }
  }

  // It may have come before there was anything to interrupt; then all of it is for a later run.
  if (interrupted.aborted) journal.interrupted();
  else {
    batch.add(intake);
    await follow();
  }

  const progress = batch.progress();
  batch.close();
  if (progress.counts.total === 0 && !interrupted.aborted) stopped ??= toWireError(noImages(names));
  const summary: Summary = {
    progress,
    failures,
    keptOriginals,
    overLimit,
    lostFrames,
    ...(recipe.maxBytes === undefined ? {} : { maxBytes: recipe.maxBytes }),
    interrupted: interrupted.aborted,
    ...(lowestScore === undefined ? {} : { lowestScore }),
    ...(stopped === undefined ? {} : { stopped }),
    ...(options.stats ? { stats: desk.stats() } : {}),
  };
  reporter.summary(summary);
  return summary;
}

function isLast({ intakeEnded, counts }: BatchProgress): boolean {
  return intakeEnded && counts.waiting === 0;
}

function lower(lowest: Summary['lowestScore'], { source, report }: Job): Summary['lowestScore'] {
  const score = report?.score?.value;
  if (score === undefined || (lowest !== undefined && lowest.score <= score)) return lowest;
  return { source: sourceAddress(source), score };
}

function whyLarger(report: Report | undefined): string {
  return (
    report?.score?.note ??
    report?.unscored ??
    report?.kept ??
    'nothing could give way without another picture'
  );
}

/** 0 all fine, 1 something failed. */
export function exitCode(summary: Summary): number {
  return summary.failures.length > 0 || summary.stopped !== undefined ? 1 : 0;
}
