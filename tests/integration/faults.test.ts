import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { openStore } from '../../main/store/store.ts';
import { runCampaign } from '../faults/campaign.ts';
import { journalLies } from '../faults/journal-lies.ts';
import { sha256 } from '../fixtures/commits.ts';
import { temporaryFolder } from '../fixtures/temporary-folder.ts';

// The short version of `npm run faults`: the same rounds, fewer of them.
it('loses nothing in a dozen rounds of faults', { timeout: 300_000 }, async () => {
  const results = await runCampaign({ rounds: 12, seed: 20_261_123, onRound: () => undefined });
  expect(results.filter(({ problems }) => problems.length > 0)).toEqual([]);
  expect(results.filter(({ hit }) => hit).length).toBeGreaterThan(3);
});

/** A journal of one picture that was replaced, truthful so far. */
async function journal(): Promise<{ state: string; change: (sql: string) => void }> {
  const state = await temporaryFolder();
  const [path, backup] = [join(state, 'a.jpg'), join(state, 'backup.jpg')];
  await writeFile(path, 'smaller');
  await writeFile(backup, 'the original');
  const change = (sql: string): void => {
    const store = openStore(state);
    store.database.exec(sql);
    store.close();
  };
  change(`
    INSERT INTO batch (id, run, started_ms, recipe, recipe_hash, state, done, bytes_in, bytes_out)
    VALUES ('b', 'r', 0, '{"output":{"place":"in-place"}}', '', 'ended', 1, 12, 7);
    INSERT INTO job (batch, number, kind, address, state, bytes, output)
    VALUES ('b', 1, 'file', '${path}', 'done', 12, '{"path":"${path}","bytes":7}');
    INSERT INTO output (temporary, batch, job, path, sha256, bytes, format, kept_original, identity, state)
    VALUES ('t', 'b', 1, '${path}', '${sha256('smaller')}', 7, 'jpeg', 0, '', 'committed');
    INSERT INTO backup (temporary, original, path, sha256, bytes, modified_ms, state)
    VALUES ('t', '${path}', '${backup}', '${sha256('the original')}', 12, 0, 'kept')`);
  return { state, change };
}

it('believes a journal that tells the truth', async () => {
  expect(journalLies((await journal()).state)).toEqual([]);
});

it.each([
  ['a batch that is still worked on', `UPDATE batch SET state = 'working'`],
  ['a batch that is summed up wrongly', 'UPDATE batch SET failed = 1'],
  [
    'a job that is still running',
    `INSERT INTO job (batch, number, kind, address, state) VALUES ('b', 2, 'file', '', 'running')`,
  ],
  [
    'a job whose output has another size',
    `UPDATE job SET output = json_set(output, '$.bytes', 8); UPDATE batch SET bytes_out = 8`,
  ],
  [
    'an output whose job failed',
    `UPDATE job SET state = 'failed'; UPDATE batch SET (done, failed, bytes_in, bytes_out) = (0, 1, 0, 0)`,
  ],
  ['an output that is about to be committed', `UPDATE output SET state = 'about'`],
  ['an output that is something else', `UPDATE output SET sha256 = ''`],
  ['a backup that is about to be kept', `UPDATE backup SET state = 'about'`],
  ['a backup that is something else', `UPDATE backup SET sha256 = ''`],
  ['a replacement without a backup', 'DELETE FROM backup'],
])('does not believe a journal with %s', async (_what, sql) => {
  const { state, change } = await journal();
  change(sql);
  expect(journalLies(state)).toHaveLength(1);
});
