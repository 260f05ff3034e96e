import { createHash } from 'node:crypto';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

type Line = Record<string, unknown>;

/** What the journal of a state says that is not so, as sentences, once everything has come to its end. */
export function journalLies(state: string): string[] {
  const path = join(state, 'millrace.db');
  if (!existsSync(path)) return [];
  const database = new DatabaseSync(path, { readOnly: true });
  const all = (sql: string): Line[] => database.prepare(sql).all();
  try {
    const check = all('PRAGMA integrity_check')[0]?.['integrity_check'];
    return [
      ...(check === 'ok' ? [] : [`the journal is damaged: ${String(check)}`]),
      ...aboutBatches(all),
      ...aboutJobs(all),
      ...aboutOutputs(all),
      ...aboutBackups(all),
    ].map((lie) => `LIE: ${lie}`);
  } finally {
    database.close();
  }
}

type Ask = (sql: string) => Line[];

/** They are over, and their sums are those of their jobs. */
function aboutBatches(all: Ask): string[] {
  const open = all(`SELECT id, state FROM batch WHERE state <> 'ended'`);
  const wrong = all(`
    SELECT id, done, failed, bytes_in, bytes_out, jobs.* FROM batch JOIN (
      SELECT batch, count(*) FILTER (WHERE state = 'done') AS jobs_done,
        count(*) FILTER (WHERE state = 'failed') AS jobs_failed,
        coalesce(sum(bytes) FILTER (WHERE state = 'done'), 0) AS jobs_in,
        coalesce(sum(output ->> 'bytes') FILTER (WHERE state = 'done'), 0) AS jobs_out
      FROM job GROUP BY batch) AS jobs ON jobs.batch = batch.id
    WHERE batch.state = 'ended'
      AND (done, failed, bytes_in, bytes_out) <> (jobs_done, jobs_failed, jobs_in, jobs_out)`);
  return [
    ...open.map(({ id, state }) => `batch ${String(id)} is still ${String(state)}`),
    ...wrong.map((line) => `batch ${String(line['id'])} is summed up wrongly: ${JSON.stringify(line)}`),
  ];
}

/** None is left to do, and what is done is there. */
function aboutJobs(all: Ask): string[] {
  const left = all(`SELECT address, state FROM job WHERE state IN ('waiting', 'running')`);
  const done = all(`
    SELECT address, output ->> 'path' AS path, output ->> 'bytes' AS bytes FROM job WHERE state = 'done'`);
  return [
    ...left.map(({ address, state }) => `the job of ${String(address)} is still ${String(state)}`),
    ...done
      .filter(({ path, bytes }) => sizeOf(String(path)) !== bytes)
      .map(({ address, path }) => `${String(address)} is done, and ${String(path)} is not there`),
  ];
}

/** They are what was committed, for a job that is done; nothing is about to happen any more. */
function aboutOutputs(all: Ask): string[] {
  const about = all(`SELECT path FROM output WHERE state = 'about'`);
  const committed = all(`SELECT path, sha256 FROM output WHERE state = 'committed'`);
  const orphans = all(`
    SELECT output.path, job.state FROM output
    LEFT JOIN job ON job.batch = output.batch AND job.number = output.job
    WHERE output.state = 'committed' AND job.state IS NOT 'done'`);
  return [
    ...about.map(({ path }) => `${String(path)} is still about to be committed`),
    ...committed.flatMap(({ path, sha256 }) => notWhole(String(path), sha256)),
    ...orphans.map(({ path, state }) => `${String(path)} is committed, and its job ${String(state)}`),
  ];
}

/** They are the originals, and belong to an output. */
function aboutBackups(all: Ask): string[] {
  const about = all(`SELECT path FROM backup WHERE state = 'about'`);
  const kept = all(`SELECT path, sha256 FROM backup WHERE state = 'kept'`);
  const missing = all(`
    SELECT output.path FROM output JOIN batch ON batch.id = output.batch LEFT JOIN backup USING (temporary)
    WHERE output.state = 'committed' AND backup.temporary IS NULL
      AND batch.recipe ->> '$.output.place' = 'in-place'`);
  return [
    ...about.map(({ path }) => `${String(path)} is still about to be kept`),
    ...kept.flatMap(({ path, sha256 }) => notWhole(String(path), sha256)),
    ...missing.map(({ path }) => `what ${String(path)} replaced has no backup`),
  ];
}

function notWhole(path: string, sha256: unknown): string[] {
  if (!existsSync(path)) return [`${path} is not there`];
  const found = createHash('sha256').update(readFileSync(path)).digest('hex');
  return found === sha256 ? [] : [`${path} is not what was written down`];
}

function sizeOf(path: string): number | undefined {
  return statSync(path, { throwIfNoEntry: false })?.size;
}
