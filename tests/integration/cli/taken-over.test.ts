import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { openDesk } from '../../../cli/desk.ts';
import { openWorkers } from '../../../cli/workers.ts';
import { exitCode, run } from '../../../cli/run.ts';
import { openState } from '../../../cli/state.ts';
import { parseRecipe } from '../../../contract/recipe.ts';
import { writePicture } from '../../fixtures/pictures.ts';
import { temporaryFolder } from '../../fixtures/temporary-folder.ts';

const worker = join(import.meta.dirname, '../../fixtures/workers/taken-over.ts');
const thread = join(import.meta.dirname, '../../../main/store/journal-thread.ts');

it('pictures that take over their workers are set aside, and the others are done', async () => {
  const folder = await temporaryFolder();
  const hostile = ['random bytes', 'text without end', 'what V8 cannot bear', 'half a message and the end'];
  const good = ['fine 1', 'fine 2', 'fine 3', 'fine 4'];
  for (const name of [...hostile, ...good]) await writePicture(join(folder, 'in', `${name}.jpg`));

  const log = () => undefined;
  await using state = openState({ thread, flags: { state: join(folder, 'state') }, log });
  await using workers = openWorkers({ worker, jobs: 2, log });
  const desk = openDesk({
    workers,
    memory: undefined,
    allowPrivateLinks: false,
    outputs: state.outputs,
  });
  const recipe = parseRecipe({ to: 'webp', output: { place: 'folder', folder: join(folder, 'out') } });
  const { journal, follow } = state.past.begin(recipe);
  const offered = { paths: [join(folder, 'in')], links: [] };
  const options = { interrupted: new AbortController().signal, stats: false };
  const retried: string[] = [];
  const summary = await run(
    {
      intake: follow(offered, desk.intake(offered, recipe, options.interrupted)),
      names: offered.paths,
      recipe,
      journal,
      insist: false,
    },
    desk,
    {
      event(event) {
        if (event.type === 'job.retried') retried.push(event.error.code);
      },
      log,
      summary: () => undefined,
    },
    options,
  );

  expect(exitCode(summary)).toBe(1);
  expect(summary.stopped).toBeUndefined();
  expect(summary.failures.map(({ error }) => error.code).sort()).toEqual([
    'worker-exited',
    ...Array<string>(3).fill('worker-spoke-garbage'),
  ]);
  for (const { error } of summary.failures) expect(error.message).toContain('was set aside');
  expect(retried).toHaveLength(hostile.length);
  expect((await readdir(join(folder, 'out'))).sort()).toEqual(good.map((name) => `${name}.webp`));
});
