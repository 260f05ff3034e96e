import { availableParallelism, tmpdir } from 'node:os';
import { mkdtempDisposable } from 'node:fs/promises';
import { join } from 'node:path';
import type { LogLevel } from '../contract/envelope.ts';
import type { Recipe } from '../contract/recipe.ts';
import { openDesk } from '../cli/desk.ts';
import { openState } from '../cli/state.ts';
import { openWorkers } from '../cli/workers.ts';
import { startBatch } from '../main/engine/batch.ts';

/**
 * Works through the inputs in this very process, so that the process itself can be measured, with the built worker.
 *
 * @param onProgress called at every progress event
 */
export async function runInProcess(
  inputs: readonly string[],
  recipe: Recipe,
  onProgress: () => void = () => undefined,
): Promise<{ readonly done: number; readonly codecCpu: number }> {
  await using folder = await mkdtempDisposable(join(tmpdir(), 'millrace-bench-state-'));
  const log = (level: LogLevel, message: string): void => {
    if (level === 'error' || level === 'warn') process.stderr.write(`${level}: ${message}\n`);
  };
  await using state = openState({
    thread: join(import.meta.dirname, '../out/main/journal-thread.js'),
    flags: { state: folder.path },
    log,
  });
  await using workers = openWorkers({
    worker: join(import.meta.dirname, '../out/main/image-worker.js'),
    jobs: availableParallelism(),
    log,
  });
  const desk = openDesk({
    workers,
    memory: undefined,
    allowPrivateLinks: false,
    outputs: state.outputs,
  });
  // As the command line works: everything is written down.
  const { journal, follow } = state.past.begin(recipe);
  const batch = startBatch({ recipe, world: desk.world, budget: desk.budget, journal });
  const offered = { paths: inputs, links: [] };
  batch.add(follow(offered, desk.intake(offered, recipe, new AbortController().signal)));
  let codecCpu = 0;
  for await (const event of batch.events) {
    if (event.type === 'job.done') codecCpu += event.job.report?.worker.cpu ?? 0;
    if (event.type === 'progress') onProgress();
    if (event.type === 'ended') break;
  }
  batch.close();
  return { done: batch.progress().counts.done, codecCpu };
}
