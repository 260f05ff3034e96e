const sums = `
  (done, failed, waiting, bytes_in, bytes_out) = (
    SELECT count(*) FILTER (WHERE state = 'done'), count(*) FILTER (WHERE state = 'failed'),
      count(*) FILTER (WHERE state IN ('waiting', 'running')),
      coalesce(sum(bytes) FILTER (WHERE state = 'done'), 0),
      coalesce(sum(output ->> 'bytes') FILTER (WHERE state = 'done'), 0)
    FROM job WHERE batch = batch.id)`;

/** What is written to the store, by name. Nothing else is written while a batch works. */
export const journalStatements = {
  beginBatch: `
    INSERT INTO batch (id, run, started_ms, recipe, recipe_hash, insist, state)
    VALUES (?, ?, ?, ?, ?, ?, 'working')`,
  wakeBatch: `UPDATE batch SET state = 'working' WHERE id = ?`,
  endBatch: `UPDATE batch SET state = 'ended', ${sums} WHERE id = ?`,
  /** The batch of an output, where a later run has finished a job of it. */
  sumUpBatch: `
    UPDATE batch SET ${sums}
    WHERE state = 'ended' AND id = (SELECT batch FROM output WHERE temporary = ?)`,
  beginUndo: `UPDATE batch SET state = 'undoing', run = ? WHERE id = ?`,
  /** It may have been undone in the middle, with jobs that are left for good. */
  endUndo: `UPDATE batch SET state = 'ended', ${sums} WHERE id = ?`,
  addIntake: 'INSERT INTO intake (batch, number, offered) VALUES (?, ?, ?)',
  endIntake: 'UPDATE intake SET ended = 1 WHERE batch = ? AND number = ?',
  addJob: 'INSERT INTO job (batch, number, kind, address, root) VALUES (?, ?, ?, ?, ?)',
  prepareJob:
    'UPDATE job SET identity = ?, bytes = ?, format = ?, pixels = ?, folder = ? WHERE batch = ? AND number = ?',
  setJob: 'UPDATE job SET state = ?, output = ?, why = ? WHERE batch = ? AND number = ?',
  startAttempt: `
    INSERT INTO attempt (batch, job, attempt, started_ms) VALUES (?, ?, ?, ?)
    ON CONFLICT DO UPDATE SET started_ms = excluded.started_ms, error = NULL`,
  failAttempt: 'UPDATE attempt SET error = ? WHERE batch = ? AND job = ? AND attempt = ?',
  aboutOutput: `
    INSERT INTO output (batch, job, temporary, path, sha256, bytes, identity, format, kept_original)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  /** The job of an output that has its name: written with it, so that none is without the other. */
  finishJob: `
    UPDATE job SET state = 'done', why = NULL,
      output = json_object('path', output.path, 'format', output.format, 'bytes', output.bytes,
        'keptOriginal', json(iif(output.kept_original, 'true', 'false')))
    FROM output
    WHERE output.temporary = ? AND job.batch = output.batch AND job.number = output.job AND job.state <> 'done'`,
  aboutBackup: `
    INSERT INTO backup (temporary, original, path, sha256, bytes, modified_ms, made_ms, number)
    VALUES (?, ?, ?, ?, ?, ?, ?, (SELECT coalesce(max(number), 0) + 1 FROM backup))`,
  commitOutput: `UPDATE output SET state = 'committed' WHERE temporary = ?`,
  /** Neither the output nor its original is in its place; a person decides, and nobody looks again. */
  setOutputAside: `UPDATE output SET state = 'set-aside' WHERE temporary = ?`,
  /** It could not be settled now; the next start looks again, whosever it is. */
  releaseOutput: 'UPDATE output SET settler = NULL WHERE temporary = ?',
  keepBackup: `UPDATE backup SET state = 'kept' WHERE temporary = ?`,
  withdrawBackup: 'DELETE FROM backup WHERE temporary = ?',
  withdrawOutput: 'DELETE FROM output WHERE temporary = ?',
  restoreBackup: `UPDATE backup SET state = 'restored' WHERE temporary = ?`,
  dropBackup: `UPDATE backup SET state = 'dropped' WHERE temporary = ?`,
  saveSetting: `
    INSERT INTO setting (name, value) VALUES (?, ?)
    ON CONFLICT (name) DO UPDATE SET value = excluded.value`,
  savePreset: `
    INSERT INTO preset (id, name, recipe, position)
    VALUES (?, ?, ?, (SELECT coalesce(max(position), 0) + 1 FROM preset))
    ON CONFLICT (id) DO UPDATE SET name = excluded.name, recipe = excluded.recipe`,
  deletePreset: 'DELETE FROM preset WHERE id = ?',
} as const;

export type JournalStatement = keyof typeof journalStatements;
export type JournalValue = string | number | null;

/** One statement with its values, in the order of its question marks. */
export type JournalEntry = readonly [statement: JournalStatement, ...values: JournalValue[]];

/** To the thread. `flush`: what has been written so far must survive a power cut. */
export interface JournalRequest {
  readonly id: number;
  readonly entries: readonly JournalEntry[];
  readonly flush: boolean;
}

/** From the thread: everything up to this request has been written, or why not. */
export interface JournalAnswer {
  readonly id: number;
  readonly error?: { readonly message: string; readonly isFull: boolean };
}
