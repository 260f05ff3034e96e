import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import type { Ora } from 'ora';
import packageJson from '../package.json' with { type: 'json' };
import { asMillraceError, MillraceError } from '../contract/errors.ts';
import type { Recipe } from '../contract/recipe.ts';
import type { Past } from '../main/past/past.ts';
import { limitsOf } from '../main/past/prune.ts';
import { parseArguments, type CommandLine, type StateFlags } from './arguments.ts';
import { openDesk, openWorkers, type Desk } from './desk.ts';
import { dryRun } from './dry-run.ts';
import { showHistory, undo } from './history.ts';
import { sortInputs } from './intake.ts';
import { exitCodeOf, onInterruption, type Interruption } from './interrupt.ts';
import { createJsonReporter } from './json-reporter.ts';
import { readRecipe } from './recipe-file.ts';
import type { Output, Reporter } from './reporter.ts';
import { exitCode, run, type RunOptions } from './run.ts';
import { openState } from './state.ts';
import { createTerminalReporter } from './terminal-reporter.ts';

// The command line's composition root: `main/index.ts` without a window.

/** Beside this file once built, in its own room when run from the sources. */
const worker = fileURLToPath(
  new URL(
    import.meta.url.endsWith('.ts') ? '../utility/image-worker.ts' : './image-worker.js',
    import.meta.url,
  ),
);

const output: Output = {
  out: (line) => void process.stdout.write(`${line}\n`),
  err: (line) => void process.stderr.write(`${line}\n`),
};

async function main(argv: readonly string[]): Promise<number> {
  const commandLine = parseArguments(argv, packageJson.version);
  if (commandLine.kind === 'text') {
    process.stdout.write(commandLine.text);
    return 0;
  }
  const reporter = await chooseReporter(commandLine.flags);
  switch (commandLine.kind) {
    case 'history':
    case 'undo':
      return lookBack(commandLine, reporter);
    case 'run':
    case 'resume':
      return work(commandLine, reporter);
  }
}

type Asked<Kind extends CommandLine['kind']> = Extract<CommandLine, { kind: Kind }>;

async function lookBack(asked: Asked<'history' | 'undo'>, reporter: Reporter): Promise<number> {
  const json = asked.flags.json === true;
  const onlyLook = asked.kind === 'history';
  await using state = openState({ flags: asked.flags, log: reporter.log, onlyLook, isNeeded: true });
  const { past } = state;
  if (asked.kind === 'history') {
    showHistory(past, output, { json });
    return 0;
  }
  await past.settle();
  return await undo(past, asked.batch, output, { json });
}

async function work(asked: Asked<'run' | 'resume'>, reporter: Reporter): Promise<number> {
  const { flags } = asked;
  // What was typed wrong is said before anything is touched.
  const recipe = asked.kind === 'run' ? await readRecipe(asked.flags) : undefined;
  const jobs = positiveNumber('--jobs', flags.jobs, 'integer') ?? availableParallelism();
  const gigabytes = positiveNumber('--memory', flags.memory, 'number');
  const isDry = asked.kind === 'run' && asked.flags.dryRun === true;
  const { log } = reporter;
  await using workers = openWorkers({ worker, jobs, log });
  // A folder is one input, and stands for at least one picture.
  if (asked.kind === 'run' && !isDry) workers.warm(asked.inputs.length);
  await using state = openState({ flags, log, onlyLook: isDry, isNeeded: asked.kind === 'resume' });
  const { past, outputs, preferences } = state;
  if (!isDry) await past.settle();

  const stop = new AbortController();
  let interruption: Interruption | undefined;
  onInterruption((signal) => {
    interruption = signal;
    stop.abort();
  });
  await using desk = openDesk({
    workers,
    memory: gigabytes === undefined ? undefined : gigabytes * 1024 ** 3,
    allowPrivateLinks: flags.allowPrivateLinks === true,
    outputs,
  });
  const options = { interrupted: stop.signal, stats: flags.stats === true };
  const code =
    asked.kind === 'run' && recipe !== undefined
      ? await start(asked, recipe, desk, past, reporter, options)
      : await resume(asked.kind === 'resume' ? asked.batch : undefined, desk, past, reporter, options);
  if (!isDry && preferences !== undefined) await past.prune(limitsOf(preferences.load().settings));
  return interruption === undefined ? code : exitCodeOf(interruption);
}

async function start(
  { inputs, flags }: Asked<'run'>,
  recipe: Recipe,
  desk: Desk,
  past: Past,
  reporter: Reporter,
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

async function chooseReporter(flags: StateFlags): Promise<Reporter> {
  const verbose = flags.verbose === true;
  if (flags.json === true) return createJsonReporter(output, { verbose });
  const watched = process.stderr.isTTY && flags.quiet !== true;
  return createTerminalReporter(output, {
    quiet: flags.quiet === true,
    verbose,
    // Ctrl-C is ours: the batch ends cleanly before the process does.
    spinner: watched ? await startSpinner() : undefined,
  });
}

/** Loaded only where someone watches: it is a third of the command line's start. */
async function startSpinner(): Promise<Ora> {
  const { default: ora } = await import('ora');
  return ora({ discardStdin: false, hideCursor: true });
}

function positiveNumber(
  option: string,
  text: string | undefined,
  kind: 'integer' | 'number',
): number | undefined {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (value > 0 && Number.isFinite(value) && (kind === 'number' || Number.isInteger(value))) return value;
  throw new MillraceError(
    'recipe-invalid',
    `${option}: expected ${kind === 'integer' ? 'an integer' : 'a number'} above 0, got "${text}"`,
  );
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  const { code, message, detail } = asMillraceError(error);
  output.err(`millrace: ${message}`);
  if (code === 'internal' && detail !== undefined) output.err(detail);
  if (code === 'recipe-invalid') output.err('Try millrace --help.');
  process.exitCode = code === 'internal' ? 1 : 2;
}
