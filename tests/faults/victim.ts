import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { openDesk } from '../../cli/desk.ts';
import { onInterruption } from '../../cli/interrupt.ts';
import { createJsonReporter } from '../../cli/json-reporter.ts';
import { exitCode, run } from '../../cli/run.ts';
import { openState } from '../../cli/state.ts';
import { openWorkers } from '../../cli/workers.ts';
import { parseRecipe } from '../../contract/recipe.ts';
import { createFailpoint, failingFiles, failingJournal, failingWorld } from './failing-world.ts';
import type { Orders } from './fault.ts';

// The command line with failpoints: another composition root around the same engine, files and store.

const at = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
const built = at('../../out/main/image-worker.js');
const worker = existsSync(built) ? built : at('../../utility/image-worker.ts');
const thread = at('../../main/store/journal-thread.ts');

const orders = JSON.parse(process.argv[2] ?? '') as Orders;
const { fault } = orders;
const failpoint = createFailpoint({
  fault,
  tell: () =>
    new Promise((resolve) => {
      process.once('message', () => {
        resolve();
      });
      process.send?.('now');
    }),
});
const stop = new AbortController();
onInterruption(() => {
  stop.abort();
});
const log = (level: string, message: string): void => {
  process.stderr.write(`${level}: ${message}\n`);
};

async function work(): Promise<number> {
  await using state = openState({
    thread,
    flags: { state: orders.state },
    log,
    files: failingFiles(failpoint, fault),
  });
  const { past, outputs } = state;
  await past.settle();
  if (orders.action === 'undo') {
    const undone = await past.undo();
    process.stdout.write(`${JSON.stringify({ event: 'undo', ...undone })}\n`);
    return undone.problems.length;
  }
  await using workers = openWorkers({ worker, jobs: 2, log });
  const desk = openDesk({
    workers,
    memory: undefined,
    allowPrivateLinks: false,
    outputs,
  });
  const failing = { ...desk, world: failingWorld(desk.world, failpoint) };
  const reporter = createJsonReporter(
    { out: (line) => void process.stdout.write(`${line}\n`), err: (line) => void process.stderr.write(line) },
    { verbose: false },
  );
  const options = { interrupted: stop.signal, stats: false };
  if (orders.action === 'resume') {
    let code = 0;
    for (const batch of past.unfinished()) {
      const { recipe, intake, journal } = await past.resume(batch);
      const order = { intake, names: [batch], recipe, insist: false };
      code = Math.max(
        code,
        exitCode(
          await run({ ...order, journal: failingJournal(journal, failpoint) }, failing, reporter, options),
        ),
      );
    }
    return code;
  }
  const recipe = parseRecipe(orders.recipe);
  const batch = past.begin(recipe);
  const offered = { paths: orders.inputs, links: [] };
  const summary = await run(
    {
      intake: batch.follow(offered, desk.intake(offered, recipe, stop.signal)),
      names: orders.inputs,
      recipe,
      journal: failingJournal(batch.journal, failpoint),
      insist: false,
    },
    failing,
    reporter,
    options,
  );
  return exitCode(summary);
}

process.exitCode = await work();
if (process.connected) process.disconnect();
