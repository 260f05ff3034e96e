import { basename, join, sep } from 'node:path';
import * as v from 'valibot';
import type { HistoryEntry } from '../../contract/app-state.ts';
import type { JobOutput, Offered, Source, SourceFacts } from '../../contract/batch.ts';
import { inputFormats } from '../../contract/formats.ts';
import { recipeSchema, type Recipe } from '../../contract/recipe.ts';
import type { ReplacedOriginal } from '../engine/journal.ts';
import { fromJson } from './from-json.ts';
import { outputIn } from './job-output.ts';
import type { Run } from './run-lock.ts';
import type { Store } from './store.ts';

/** An output that was about to get its name when its run ended, or that its run could tell nothing certain of. */
export interface PendingOutput {
  readonly temporary: string;
  readonly path: string;
  readonly sha256: string;
  readonly identity: string;
  readonly replaces: ReplacedOriginal | undefined;
}

/** An original in its backup, and the output in its place. */
export interface Backup extends ReplacedOriginal {
  readonly temporary: string;
  /** Where the output was put, and what it was. */
  readonly path: string;
  readonly outputSha256: string;
  readonly outputIdentity: string;
}

/** A backup with what decides how long it is kept. */
export interface KeptBackup {
  readonly temporary: string;
  readonly backup: string;
  readonly bytes: number;
  readonly batch: string;
  /** When it was made, milliseconds since the epoch; never before one that was made earlier. */
  readonly madeMs: number;
}

/** A job of an earlier run. */
export type RecordedJob =
  { readonly number: number; readonly source: Source; readonly state: 'left' | 'over' } | DoneJob;

export interface DoneJob {
  readonly number: number;
  readonly source: Source;
  readonly state: 'done';
  /** Of the source, as it was when it was read; empty for a link. */
  readonly identity: string;
  readonly output: JobOutput;
  readonly facts: SourceFacts;
}

/** What was being walked. */
export interface OpenIntake {
  readonly number: number;
  readonly offered: Offered;
}

/** What the journal says of earlier runs. Reads only, but for the claims. */
export interface Records {
  /** Newest first, at most fifty. */
  history(): HistoryEntry[];
  /** Batches whose run ended before they did, newest first. */
  unfinished(): string[];
  recipeOf(batch: string): Recipe | undefined;
  /** Whether it does also what was done before. */
  insists(batch: string): boolean;
  /** Whether somebody works on it at this moment. */
  isBusy(batch: string): boolean;
  /** Makes an unfinished batch this run's; false when another was faster, or it is none. */
  claim(batch: string): boolean;
  jobs(batch: string): Iterable<RecordedJob>;
  /** What was being walked and did not come to its end, and how many walks there were. */
  intakes(batch: string): { readonly open: readonly OpenIntake[]; readonly count: number };
  /** What is about to be committed, of all batches or of one. */
  pending(batch?: string): PendingOutput[];
  /** What runs that have ended left about: from now on this run's, and no other's while it goes on. */
  claimPending(): PendingOutput[];
  /** Folders in which runs that have ended may have left temporary files. */
  foldersOfTheDead(): string[];
  /** Of this batch, the newest first: a picture may have been replaced more than once. */
  backups(batch: string): Backup[];
  /** The batch that made the newest backup that is kept. */
  newestWithBackups(): string | undefined;
  /** Those of batches that are over, oldest first. */
  keptBackups(): KeptBackup[];
  /** Whether any lies below this folder. */
  keepsBackupsIn(folder: string): boolean;
}

const historySize = 50;
/** Batches with failures in whose folders a start looks for what was left. */
const sweptBatches = 10;
const offeredSchema = v.object({ paths: v.array(v.string()), links: v.array(v.string()) });
const factsSchema = v.object({
  bytes: v.number(),
  format: v.picklist(inputFormats),
  pixels: v.number(),
});

type Line = Record<string, unknown>;

export function createRecords({ database }: Store, run: Run): Records {
  const all = (sql: string, ...values: string[]): Line[] => database.prepare(sql).all(...values);
  const countStates = database.prepare(`
    SELECT count(*) FILTER (WHERE state = 'done') AS done, count(*) FILTER (WHERE state = 'failed') AS failed,
      count(*) FILTER (WHERE state IN ('waiting', 'running')) AS waiting,
      coalesce(sum(bytes) FILTER (WHERE state = 'done'), 0) AS bytes_in,
      coalesce(sum(output ->> 'bytes') FILTER (WHERE state = 'done'), 0) AS bytes_out
    FROM job WHERE batch = ?`);
  const firstFolder = database.prepare(
    'SELECT folder FROM job WHERE batch = ? AND folder IS NOT NULL ORDER BY number LIMIT 1',
  );
  const countBackups = database.prepare(`
    SELECT count(*) FILTER (WHERE backup.state = 'kept') AS kept,
      count(*) FILTER (WHERE backup.state = 'restored') AS restored
    FROM backup JOIN output USING (temporary) WHERE output.batch = ?`);
  const claimOutput = database.prepare(
    `UPDATE output SET settler = ? WHERE temporary = ? AND state = 'about' AND settler IS ?`,
  );
  const claimBatch = database.prepare(
    `UPDATE batch SET run = ? WHERE id = ? AND run = ? AND state = 'working'`,
  );

  function entryOf(line: Line): HistoryEntry[] {
    const id = String(line['id']);
    const owner = String(line['run']);
    const isOpen = line['state'] === 'working';
    // Somebody works on it at this moment.
    if (isOpen && run.isAlive(owner)) return [];
    // Summed up when it ends, or its undo does.
    const sums = line['state'] === 'ended' ? line : (countStates.get(id) ?? {});
    const folder = firstFolder.get(id)?.['folder'];
    const recipe = v.safeParse(recipeSchema, fromJson(line['recipe']));
    const { kept, restored } = countBackups.get(id) ?? {};
    const replaced = Number(kept);
    const state = isOpen
      ? 'unfinished'
      : Number(restored) === 0
        ? 'ended'
        : replaced === 0
          ? 'undone'
          : 'partly-undone';
    return [
      {
        batch: id,
        startedAt: Number(line['started_ms']),
        ...(recipe.success ? { recipe: recipe.output } : {}),
        ...(typeof folder === 'string' ? { folder: basename(folder) } : {}),
        state,
        done: Number(sums['done']),
        failed: Number(sums['failed']),
        waiting: Number(sums['waiting']),
        bytesIn: Number(sums['bytes_in']),
        bytesOut: Number(sums['bytes_out']),
        replaced,
      },
    ];
  }

  /** Batches in one of these states whose run has ended. */
  function deadBatches(...states: string[]): { readonly id: string; readonly run: string }[] {
    const marks = states.map(() => '?').join();
    return all(`SELECT id, run FROM batch WHERE state IN (${marks}) ORDER BY rowid DESC`, ...states)
      .map((line) => ({ id: String(line['id']), run: String(line['run']) }))
      .filter((batch) => !run.isAlive(batch.run));
  }

  const linesAbout = (): Line[] =>
    all(`
      SELECT output.*, batch.run, backup.original, backup.path AS backup, backup.sha256 AS original_sha256,
        backup.bytes AS original_bytes, backup.modified_ms
      FROM output JOIN batch ON batch.id = output.batch LEFT JOIN backup USING (temporary)
      WHERE output.state = 'about'`);

  /** None of which another run settles an output at this moment: what its job became is not known yet. */
  function unfinished(): ReturnType<typeof deadBatches> {
    const settled = linesAbout()
      .filter((line) => {
        const settler = settlerIn(line);
        return settler !== null && settler !== run.id && run.isAlive(settler);
      })
      .map((line) => line['batch']);
    return deadBatches('working').filter(({ id }) => !settled.includes(id));
  }

  return {
    history: () =>
      all(`SELECT * FROM batch ORDER BY rowid DESC LIMIT ${String(historySize)}`).flatMap(entryOf),
    unfinished: () => unfinished().map(({ id }) => id),
    recipeOf(batch) {
      const [line] = all('SELECT recipe FROM batch WHERE id = ?', batch);
      const recipe = v.safeParse(recipeSchema, fromJson(line?.['recipe']));
      return recipe.success ? recipe.output : undefined;
    },
    insists: (batch) => all('SELECT insist FROM batch WHERE id = ?', batch)[0]?.['insist'] === 1,
    isBusy(batch) {
      const [line] = all(`SELECT run FROM batch WHERE id = ? AND state IN ('working', 'undoing')`, batch);
      return line !== undefined && run.isAlive(String(line['run']));
    },
    claim(batch) {
      const found = unfinished().find(({ id }) => id === batch);
      return found !== undefined && claimBatch.run(run.id, batch, found.run).changes === 1;
    },
    *jobs(batch) {
      const lines = database.prepare('SELECT * FROM job WHERE batch = ? ORDER BY number').iterate(batch);
      for (const line of lines) yield jobOf(line);
    },
    intakes(batch) {
      const lines = all('SELECT number, offered, ended FROM intake WHERE batch = ? ORDER BY number', batch);
      const open = lines
        .filter((line) => line['ended'] === 0)
        .flatMap((line) => {
          const offered = v.safeParse(offeredSchema, fromJson(line['offered']));
          return offered.success ? [{ number: Number(line['number']), offered: offered.output }] : [];
        });
      return { open, count: lines.length };
    },
    pending: (batch) =>
      linesAbout()
        .filter((line) => batch === undefined || line['batch'] === batch)
        .map(pendingIn),
    claimPending: () =>
      linesAbout()
        .filter((line) => {
          const settler = settlerIn(line);
          if (settler === run.id) return true;
          // Another may be as fast: the one whose change is made first has it.
          return (
            !run.isAlive(settler ?? runIn(line) ?? String(line['run'])) &&
            claimOutput.run(run.id, String(line['temporary']), settler).changes === 1
          );
        })
        .map(pendingIn),
    foldersOfTheDead() {
      const unfinished = deadBatches('working', 'undoing').map(({ id }) => id);
      // What failed may have failed at cleaning up, too.
      const failed = all(`
        SELECT id FROM batch WHERE state = 'ended' AND failed > 0
        ORDER BY rowid DESC LIMIT ${String(sweptBatches)}`).map((line) => String(line['id']));
      const folders = [...unfinished, ...failed].flatMap((id) =>
        all('SELECT DISTINCT folder FROM job WHERE batch = ? AND folder IS NOT NULL', id),
      );
      return [...new Set(folders.map((line) => String(line['folder'])))];
    },
    backups: (batch) =>
      all(
        `SELECT output.temporary, output.path, output.sha256, output.identity, backup.original, backup.path AS backup,
          backup.sha256 AS original_sha256, backup.bytes AS original_bytes, backup.modified_ms
        FROM backup JOIN output USING (temporary)
        WHERE output.batch = ? AND backup.state = 'kept' ORDER BY backup.number DESC`,
        batch,
      ).map((line) => ({
        temporary: String(line['temporary']),
        path: String(line['path']),
        outputSha256: String(line['sha256']),
        outputIdentity: String(line['identity']),
        ...originalIn(line),
      })),
    newestWithBackups() {
      const [line] = all(`
        SELECT output.batch FROM backup JOIN output USING (temporary)
        WHERE backup.state IN ('kept', 'about')
        ORDER BY backup.state = 'kept' DESC, backup.number DESC LIMIT 1`);
      return line === undefined ? undefined : String(line['batch']);
    },
    keptBackups: () =>
      all(`
        SELECT backup.temporary, backup.path, backup.bytes, output.batch,
          max(backup.made_ms) OVER (ORDER BY backup.number) AS made_ms
        FROM backup JOIN output USING (temporary) JOIN batch ON batch.id = output.batch
        WHERE backup.state = 'kept' AND output.state = 'committed' AND batch.state = 'ended'
        ORDER BY backup.number`).map((line) => ({
        temporary: String(line['temporary']),
        backup: String(line['path']),
        bytes: Number(line['bytes']),
        batch: String(line['batch']),
        madeMs: Number(line['made_ms']),
      })),
    keepsBackupsIn(folder) {
      const start = join(folder, sep);
      const within = `SELECT 1 FROM backup WHERE state = 'kept' AND substr(path, 1, length(?)) = ? LIMIT 1`;
      return all(within, start, start).length > 0;
    },
  };
}

/** A batch that goes on in a later run has outputs of both; the name of a temporary file says whose it is. */
function runIn(line: Line): string | undefined {
  return /\.millrace-([0-9a-f]{16})-/.exec(String(line['temporary']))?.[1];
}

function settlerIn(line: Line): string | null {
  const { settler } = line;
  return typeof settler === 'string' ? settler : null;
}

function pendingIn(line: Line): PendingOutput {
  return {
    temporary: String(line['temporary']),
    path: String(line['path']),
    sha256: String(line['sha256']),
    identity: String(line['identity']),
    replaces: typeof line['original'] === 'string' ? originalIn(line) : undefined,
  };
}

function originalIn(line: Line): ReplacedOriginal {
  return {
    original: String(line['original']),
    backup: String(line['backup']),
    sha256: String(line['original_sha256']),
    bytes: Number(line['original_bytes']),
    modifiedMs: Number(line['modified_ms']),
  };
}

function jobOf(line: Line): RecordedJob {
  const number = Number(line['number']);
  const source = sourceIn(line);
  const { state } = line;
  if (state === 'waiting' || state === 'running') return { number, source, state: 'left' };
  if (state !== 'done') return { number, source, state: 'over' };
  const output = outputIn(line['output']);
  const facts = v.safeParse(factsSchema, line);
  // Written by another version, or not by us: done all the same.
  if (output === undefined || !facts.success) return { number, source, state: 'over' };
  return {
    number,
    source,
    state: 'done',
    identity: typeof line['identity'] === 'string' ? line['identity'] : '',
    output,
    facts: facts.output,
  };
}

function sourceIn(line: Line): Source {
  const address = String(line['address']);
  if (line['kind'] === 'link') return { kind: 'link', url: address };
  const root = line['root'];
  return { kind: 'file', path: address, ...(typeof root === 'string' ? { root } : {}) };
}
