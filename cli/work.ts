import type { Recipe } from '../contract/recipe.ts';
import type { Past } from '../main/past/past.ts';
import { limitsOf } from '../main/past/prune.ts';
import type { WorkerPool } from '../main/workers/pool.ts';
import type { Asked } from './arguments.ts';
import { openDesk, type Desk } from './desk.ts';
import { dryRun } from './dry-run.ts';
import { sortInputs } from './intake.ts';
import { exitCodeOf, onInterruption, type Interruption } from './interrupt.ts';
import type { Output, Reporter } from './reporter.ts';
import { exitCode, run, type RunOptions } from './run.ts';
import { openState } from './state.ts';

export interface WorkOptions {
  /** Undefined: that of the batch that is gone on with. */
  readonly recipe: Recipe | undefined;
  /** Shut down as soon as there is nothing more for them to do. */
  readonly workers: WorkerPool;
  /** For pictures in work, bytes; half of the machine's when undefined. */
  readonly memory: number | undefined;
  /** Path of the `journal-thread` entry. */
  readonly thread: string;
  readonly output: Output;
  readonly reporter: Reporter;
}

/** Works through a new batch or goes on with one. Gives the exit code. */
export async function work(asked: Asked<'run' | 'resume'>, options: WorkOptions): Promise<number> {
  const { flags } = asked;
  const { recipe, workers, memory, thread, output, reporter } = options;
  const { log } = reporter;
  const isDry = asked.kind === 'run' && asked.flags.dryRun === true;
  await using state = openState({ thread, flags, log, onlyLook: isDry, isNeeded: asked.kind === 'resume' });
  const { past, outputs, preferences } = state;
  if (!isDry) await past.settle();

  const stop = new AbortController();
  let interruption: Interruption | undefined;
  onInterruption((signal) => {
    interruption = signal;
    stop.abort();
  });
  const allowPrivateLinks = flags.allowPrivateLinks === true;
  const desk = openDesk({ workers, memory, allowPrivateLinks, outputs });
  const runOptions = { interrupted: stop.signal, stats: flags.stats === true };
  const code =
    asked.kind === 'run' && recipe !== undefined
      ? await start(asked, { recipe, desk, past, output, reporter }, runOptions)
      : await resume(asked.kind === 'resume' ? asked.batch : undefined, desk, past, reporter, runOptions);
  // They end while the rest is put away. Whoever opened them waits for it.
  void workers.shutdown();
  if (!isDry && preferences !== undefined) await past.prune(limitsOf(preferences.load().settings));
  return interruption === undefined ? code : exitCodeOf(interruption);
}

interface Tools {
  readonly recipe: Recipe;
  readonly desk: Desk;
  readonly past: Past;
  readonly output: Output;
  readonly reporter: Reporter;
}

async function start(
  { inputs, flags }: Asked<'run'>,
  { recipe, desk, past, output, reporter }: Tools,
  options: RunOptions,
): Promise<number> {
  const batch = past.begin(recipe, flags.again === true);
  const { journal, insist } = batch;
  if (flags.dryRun === true) {
    return dryRun(inputs, recipe, desk, output, { ...options, json: flags.json === true, journal, insist });
  }
  const offered = await sortInputs(inputs);
  const intake = batch.follow(offered, desk.intake(offered, recipe, options.interrupted));
  return exitCode(await run({ intake, names: inputs, recipe, journal, insist }, desk, reporter, options));
}

async function resume(
  batch: string | undefined,
  desk: Desk,
  past: Past,
  reporter: Reporter,
  options: RunOptions,
): Promise<number> {
  const [newest] = past.unfinished();
  const wanted = batch ?? newest;
  if (wanted === undefined) {
    reporter.log('warn', 'There is nothing to go on with.');
    return 0;
  }
  return exitCode(await run({ ...(await past.resume(wanted)), names: [wanted] }, desk, reporter, options));
}
