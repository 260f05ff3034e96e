import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { temporaryFolder } from '../../tests/fixtures/temporary-folder.ts';
import { openState } from './state.ts';

const thread = fileURLToPath(new URL('../store/journal-thread.ts', import.meta.url));
const log = (): void => undefined;

it('says where backups are when what was known of them is damaged, and keeps them', async () => {
  const folder = await temporaryFolder();
  const backup = join(folder, 'backups/2026-11-01-01234567/89abcdef-beach.jpg');
  await mkdir(join(backup, '..'), { recursive: true });
  await writeFile(backup, 'the original');
  await writeFile(
    join(folder, 'millrace.db'),
    'not a database, only some text that is long enough to look at',
  );
  await using state = openState({ folder, thread, log });
  expect(state.notice).toContain('was damaged');
  expect(state.notice).toContain(join(folder, 'backups'));
  await state.past.settle();
  await state.past.prune({ bytes: 0, ageMs: 0 });
  expect(await readFile(backup, 'utf8')).toBe('the original');
});

it('says why nothing can be remembered', async () => {
  const folder = await temporaryFolder();
  await mkdir(join(folder, 'millrace.db'));
  await using state = openState({ folder, thread, log });
  expect(state).toMatchObject({ preferences: undefined, failure: { code: 'store-unusable' } });
});
