import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import type { Ora } from 'ora';
import packageJson from '../package.json' with { type: 'json' };
import { asMillraceError, MillraceError } from '../contract/errors.ts';
import { parseArguments, type RunFlags } from './arguments.ts';
import { openDesk } from './desk.ts';
import { dryRun } from './dry-run.ts';
import { exitCodeOf, onInterruption, type Interruption } from './interrupt.ts';
import { createJsonReporter } from './json-reporter.ts';
import { readRecipe } from './recipe-file.ts';
import type { Output, Reporter } from './reporter.ts';
import { exitCode, run } from './run.ts';
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
  const { inputs, flags } = commandLine;
  const recipe = await readRecipe(flags);
  if (recipe.output.place === 'in-place') {
    throw new MillraceError(
      'replace-refused',
      'Replacing originals comes with undo, which is not there yet. Use --out <folder>, or leave it out to write beside them.',
    );
  }
  const jobs = positiveNumber('--jobs', flags.jobs, 'integer') ?? availableParallelism();
  const gigabytes = positiveNumber('--memory', flags.memory, 'number');
  const reporter = await chooseReporter(flags);

  const stop = new AbortController();
  let interruption: Interruption | undefined;
  onInterruption((signal) => {
    interruption = signal;
    stop.abort();
  });
  await using desk = openDesk({
    worker,
    jobs,
    memory: gigabytes === undefined ? undefined : gigabytes * 1024 ** 3,
    allowPrivateLinks: flags.allowPrivateLinks === true,
    log: (level, message) => {
      reporter.log(level, message);
    },
  });
  const code =
    flags.dryRun === true
      ? await dryRun(inputs, recipe, desk, output, { json: flags.json === true, interrupted: stop.signal })
      : exitCode(
          await run(inputs, recipe, desk, reporter, {
            interrupted: stop.signal,
            stats: flags.stats === true,
          }),
        );
  return interruption === undefined ? code : exitCodeOf(interruption);
}

async function chooseReporter(flags: RunFlags): Promise<Reporter> {
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
  if (code === 'recipe-invalid' || code === 'replace-refused') output.err('Try millrace --help.');
  process.exitCode = code === 'internal' ? 1 : 2;
}
