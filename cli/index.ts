import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import type { Ora } from 'ora';
import packageJson from '../package.json' with { type: 'json' };
import type { LogLevel } from '../contract/envelope.ts';
import { asMillraceError, MillraceError } from '../contract/errors.ts';
import type { Past } from '../main/past/past.ts';
import { parseArguments, type RecipeFlags, type RunFlags, type StateFlags } from './arguments.ts';
import { openDesk, type Desk } from './desk.ts';
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
  const { kind, flags } = commandLine;
  const json = flags.json === true;
  const reporter = await chooseReporter(flags);
  const log = (level: LogLevel, message: string): void => {
    reporter.log(level, message);
  };
  const onlyLook = kind === 'history' || (kind === 'run' && flags.dryRun === true);
  await using state = openState({ flags, log, onlyLook });
  const { past, outputs } = state;
  if (kind === 'history') {
    showHistory(past, output, { json });
    return 0;
  }
  if (!onlyLook) await past.settle();
  if (kind === 'undo') return await undo(past, commandLine.batch, output, { json });

  const stop = new AbortController();
  let interruption: Interruption | undefined;
  onInterruption((signal) => {
    interruption = signal;
    stop.abort();
  });
  const gigabytes = positiveNumber('--memory', flags.memory, 'number');
  await using desk = openDesk({
    worker,
    jobs: positiveNumber('--jobs', flags.jobs, 'integer') ?? availableParallelism(),
    memory: gigabytes === undefined ? undefined : gigabytes * 1024 ** 3,
    allowPrivateLinks: flags.allowPrivateLinks === true,
    outputs,
    log,
  });
  const options = { interrupted: stop.signal, stats: flags.stats === true };
  const code =
    kind === 'resume'
      ? await resume(commandLine.batch, desk, past, reporter, options)
      : await start(commandLine.inputs, commandLine.flags, desk, past, reporter, options);
  await past.prune(backupLimits);
  return interruption === undefined ? code : exitCodeOf(interruption);
}

/** Replaced originals are kept this long, and no more than this; those of the newest batch always. */
const backupLimits = { bytes: 20e9, ageMs: 60 * 24 * 3600 * 1000 };

async function start(
  inputs: readonly string[],
  flags: RecipeFlags & RunFlags,
  desk: Desk,
  past: Past,
  reporter: Reporter,
  options: RunOptions,
): Promise<number> {
  const recipe = await readRecipe(flags);
  const insist = flags.again === true;
  const batch = past.begin(recipe);
  if (flags.dryRun === true) {
    const { journal } = batch;
    return dryRun(inputs, recipe, desk, output, { ...options, json: flags.json === true, journal, insist });
  }
  const offered = await sortInputs(inputs);
  const intake = batch.follow(offered, desk.intake(offered, recipe, options.interrupted));
  const summary = await run(
    { intake, names: inputs, recipe, journal: batch.journal, insist },
    desk,
    reporter,
    options,
  );
  return exitCode(summary);
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
  const { recipe, intake, journal } = await past.resume(wanted);
  return exitCode(
    await run({ intake, names: [wanted], recipe, journal, insist: false }, desk, reporter, options),
  );
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
