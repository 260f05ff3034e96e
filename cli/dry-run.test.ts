import { describe, expect, it } from 'vitest';
import type { Intake } from '../contract/batch.ts';
import { parseRecipe } from '../contract/recipe.ts';
import { noJournal } from '../main/engine/journal.ts';
import type { IntakeStream } from '../main/engine/world.ts';
import { createMemoryWorld, intake } from '../tests/fixtures/memory-world.ts';
import type { Desk } from './desk.ts';
import { dryRun } from './dry-run.ts';

async function run(
  sources: IntakeStream,
  { json = false, stop }: { readonly json?: boolean; readonly stop?: AbortController } = {},
): Promise<{ code: number; out: string[]; err: string[] }> {
  const world = createMemoryWorld({
    head: () => {
      stop?.abort();
      stop?.signal.throwIfAborted();
      return {};
    },
  });
  const [out, err]: [string[], string[]] = [[], []];
  const code = await dryRun(
    ['folder'],
    parseRecipe({}),
    { world, intake: () => sources } as unknown as Desk,
    { out: (line) => out.push(line), err: (line) => err.push(line) },
    {
      json,
      interrupted: stop?.signal ?? new AbortController().signal,
      journal: noJournal,
      insist: false,
    },
  );
  return { code, out, err };
}

describe('a dry run', () => {
  it('says what would be written', async () => {
    expect(await run(intake('a.jpg'))).toEqual({ code: 0, out: ['/in/a.jpg → /out/a.jpg'], err: [] });
  });

  it('ends like the run itself where there is no image', async () => {
    async function* onlyText(): AsyncGenerator<Intake> {
      await Promise.resolve();
      yield { kind: 'skipped', path: '/in/a.txt', reason: 'not-an-image' };
    }
    const told = await run(onlyText());
    expect(told).toMatchObject({ code: 1, out: [] });
    expect(told.err).toEqual([expect.stringContaining('There is no image in folder')]);
    const { code, out } = await run(onlyText(), { json: true });
    expect(code).toBe(1);
    expect(JSON.parse(out[0] ?? '')).toMatchObject({ event: 'stopped', error: { code: 'no-images' } });
  });

  it('that was interrupted blames no picture', async () => {
    const told = await run(intake('a.jpg', 'b.jpg'), { stop: new AbortController() });
    expect(told).toEqual({ code: 0, out: [], err: [] });
  });
});
