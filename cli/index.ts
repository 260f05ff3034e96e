import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import type { Ora } from 'ora';
import packageJson from '../package.json' with { type: 'json' };
import { asMillraceError, MillraceError } from '../contract/errors.ts';
import { parseArguments, type Asked, type StateFlags } from './arguments.ts';
import { createJsonReporter } from './json-reporter.ts';
import { readRecipe } from './recipe-file.ts';
import type { Output, Reporter } from './reporter.ts';
import { createTerminalReporter } from './terminal-reporter.ts';
import { openWorkers } from './workers.ts';

// The command line's composition root: `main/index.ts` without a window.

/** What runs beside this program: next to it once built, in its own room when run from the sources. */
const entry = (source: string, built: string): string =>
  fileURLToPath(new URL(import.meta.url.endsWith('.ts') ? source : built, import.meta.url));
const worker = entry('../utility/image-worker.ts', './image-worker.js');
const thread = entry('../main/store/journal-thread.ts', './journal-thread.js');

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
    case 'undo': {
      const { lookBack } = await import('./history.ts');
      return lookBack(commandLine, thread, output, reporter);
    }
    case 'run':
    case 'resume':
      return startWork(commandLine, reporter);
  }
}

/** The workers start first; what else it takes is loaded meanwhile. */
async function startWork(asked: Asked<'run' | 'resume'>, reporter: Reporter): Promise<number> {
  const { flags } = asked;
  // What was typed wrong is said before anything is touched.
  const recipe = asked.kind === 'run' ? await readRecipe(asked.flags) : undefined;
  const jobs = positiveNumber('--jobs', flags.jobs, 'integer') ?? availableParallelism();
  const gigabytes = positiveNumber('--memory', flags.memory, 'number');
  const memory = gigabytes === undefined ? undefined : gigabytes * 1024 ** 3;
  await using workers = openWorkers({ worker, jobs, log: reporter.log });
  // A folder is one input, and stands for at least one picture.
  if (asked.kind === 'run' && asked.flags.dryRun !== true) workers.warm(asked.inputs.length);
  const { work } = await import('./work.ts');
  return await work(asked, { recipe, workers, memory, thread, output, reporter });
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
