import type { HistoryEntry } from '../../contract/app-state.ts';
import { sourceAddress, type Intake, type Offered, type Source } from '../../contract/batch.ts';
import type { LogLevel } from '../../contract/envelope.ts';
import { asMillraceError, MillraceError } from '../../contract/errors.ts';
import type { Recipe } from '../../contract/recipe.ts';
import type { BatchJournal, ReplacedOriginal } from '../engine/journal.ts';
import type { IntakeStream } from '../engine/world.ts';
import { digestOf, realFiles, type DiskFiles } from '../files/durable.ts';
import { takeIn } from '../files/intake.ts';
import { restore } from '../files/undo.ts';
import { createDoneBefore, type DoneBefore } from '../store/done-before.ts';
import { createJournal, recipeHash, type Journal, type JournalledBatch } from '../store/journal.ts';
import type { JournalWriter } from '../store/journal-writer.ts';
import { createRecords, type OpenIntake, type RecordedJob, type Records } from '../store/records.ts';
import type { Run } from '../store/run-lock.ts';
import type { Store } from '../store/store.ts';
import { pruneBackups, type BackupLimits } from './prune.ts';
import { settleAll } from './settle-all.ts';
import { isStillDone } from './still-done.ts';

/** A batch that is written down while it works. */
export interface RecordedBatch {
  /** Undefined where nothing is written down. */
  readonly id: string | undefined;
  readonly journal: BatchJournal;
  /** It does also what was done before. */
  readonly insist: boolean;
  /** Passes on what a walk finds, and writes down what was offered until the walk has come to its end. */
  follow(offered: Offered, intake: IntakeStream): IntakeStream;
}

export interface Resumed extends RecordedBatch {
  readonly recipe: Recipe;
  /** What is done, what is left, and what had not been walked. */
  readonly intake: IntakeStream;
}

export interface Undone {
  readonly batch: string;
  /** Originals that are back in their places. */
  readonly restored: number;
  /** A sentence for each that is not, or that a person should look at. */
  readonly problems: string[];
}

/** What is written down of batches, and what can be done about those of earlier runs. */
export interface Past {
  /** Finishes or removes what earlier runs were in the middle of; what cannot be settled now is for the next start. */
  settle(): Promise<void>;
  /**
   * Nothing is written before there is something to write.
   *
   * @param insist it does also what was done before; not by default
   */
  begin(recipe: Recipe, insist?: boolean): RecordedBatch;
  /** Newest first, at most fifty. */
  history(): readonly HistoryEntry[];
  /** Batches whose run ended before they did, newest first. */
  unfinished(): readonly string[];
  /** What is left to do of an unfinished batch. @throws MillraceError `no-such-thing` */
  resume(batch: string): Promise<Resumed>;
  /** Puts replaced originals of a batch back, or of the newest that has any. @throws MillraceError `no-such-thing` */
  undo(batch?: string): Promise<Undone>;
  /** Whether originals of earlier batches are kept below this folder. */
  keepsBackupsIn(folder: string): boolean;
  /** Removes backups that are over the limits; never those of the batch that was the last to make one. */
  prune(limits: BackupLimits): Promise<void>;
  close(): Promise<void>;
}

export interface PastOptions {
  readonly store: Store;
  readonly run: Run;
  /** Closed with the past. */
  readonly writer: JournalWriter;
  readonly log: (level: LogLevel, message: string) => void;
  readonly now?: () => Date;
  readonly files?: DiskFiles;
}

export function openPast(options: PastOptions): Past {
  const { store, run, writer, log, now = () => new Date(), files = realFiles } = options;
  const doneBefore = createDoneBefore(store, (path) => digestOf(path, files));
  const journal = createJournal({ run, writer, doneBefore, now });
  const records = createRecords(store, run);

  return {
    settle: () => settleAll({ records, run, writer, log, files }),
    begin: (recipe, insist = false) => recorded(journal.begin(recipe, insist), insist),
    history: records.history,
    unfinished: records.unfinished,
    async resume(batch) {
      const recipe = records.recipeOf(batch);
      if (recipe === undefined || !records.claim(batch)) throw unknownBatch(batch);
      return resumed({ id: batch, recipe, records, journal, doneBefore });
    },
    async undo(batch = records.newestWithBackups()) {
      if (batch === undefined) throw nothingToUndo();
      if (records.isBusy(batch)) {
        throw new MillraceError('no-such-thing', `Batch ${batch} is being worked on. Cancel it first.`);
      }
      const backups = records.backups(batch);
      const problems = records.pending(batch).flatMap(({ replaces }) => unsettled(replaces));
      if (backups.length === 0 && records.recipeOf(batch) === undefined) throw unknownBatch(batch);
      if (backups.length === 0 && problems.length === 0) throw nothingToUndo();
      let restored = 0;
      writer.post(['beginUndo', run.id, batch]);
      await writer.wait('written');
      for (const backup of backups) {
        const { restored: isBack, problem } = await restore(backup, run.id, files);
        if (problem !== undefined) problems.push(problem);
        if (!isBack) continue;
        restored += 1;
        writer.post(['restoreBackup', backup.temporary]);
      }
      writer.post(['endUndo', batch]);
      await writer.wait('flushed');
      return { batch, restored, problems };
    },
    keepsBackupsIn: records.keepsBackupsIn,
    async prune(limits) {
      // What is read is what this batch has written, too.
      await writer.wait('written');
      await pruneBackups({ records, writer, limits, now, files, log });
    },
    async close() {
      try {
        await writer.close();
      } catch (error) {
        log('error', asMillraceError(error).message);
      }
    },
  };
}

function recorded(batch: JournalledBatch, insist: boolean): RecordedBatch {
  return {
    id: batch.id,
    journal: batch,
    insist,
    follow: (offered, intake) => followed(batch.intake(offered), intake),
  };
}

/** @param walked called when the walk has come to its end */
async function* followed(walked: () => void, intake: IntakeStream): AsyncGenerator<Intake, void, undefined> {
  yield* intake;
  walked();
}

/** So many rows are read before others have a turn. */
const rowsAtOnce = 500;
/** Files that are looked at together: a drive on a network answers better to many questions than to one. */
const lookedAtOnce = 32;

interface ResumeParts {
  readonly id: string;
  readonly recipe: Recipe;
  readonly records: Records;
  readonly journal: Journal;
  readonly doneBefore: DoneBefore;
}

async function resumed({ id, recipe, records, journal, doneBefore }: ResumeParts): Promise<Resumed> {
  const numbers = new Map<Source, number>();
  const jobs: RecordedJob[] = [];
  const known = new Set<string>();
  let lastNumber = 0;
  for (const job of records.jobs(id)) {
    known.add(sourceAddress(job.source));
    numbers.set(job.source, job.number);
    // They come in order.
    lastNumber = job.number;
    if (job.state !== 'over') jobs.push(job);
    if (known.size % rowsAtOnce === 0) await new Promise((resolve) => setImmediate(resolve));
  }
  const { open, count } = records.intakes(id);
  const hash = recipeHash(recipe);
  const batch = journal.goOn({ id, numbers, lastNumber, intakes: count }, recipe);

  async function* intake(): AsyncGenerator<Intake, void, undefined> {
    for (let from = 0; from < jobs.length; from += lookedAtOnce) {
      yield* await Promise.all(jobs.slice(from, from + lookedAtOnce).map(intakeOf));
    }
    for (const walk of open) yield* rest(walk);
  }

  async function intakeOf(job: RecordedJob): Promise<Intake> {
    const { source } = job;
    if (job.state !== 'done' || !(await isStillDone(job, hash, doneBefore)))
      return { kind: 'source', source };
    return { kind: 'done', source, output: job.output, facts: job.facts };
  }

  /** A walk that was cut off is walked again, past what it has found already. */
  async function* rest({ number, offered }: OpenIntake): AsyncGenerator<Intake, void, undefined> {
    const again = followed(batch.intakeAgain(number), takeIn(offered, recipe));
    for await (const item of again) {
      if (item.kind === 'skipped' || !known.has(sourceAddress(item.source))) yield item;
    }
  }

  return { ...recorded(batch, records.insists(id)), recipe, intake: intake() };
}

/** What a run was in the middle of, and nobody could settle since: usually its drive is not there. */
function unsettled(replaces: ReplacedOriginal | undefined): string[] {
  if (replaces === undefined) return [];
  const { original, backup } = replaces;
  return [
    `${original} was about to be replaced when Millrace was interrupted, and is left as it is. Connect its drive, start Millrace again, then undo once more. Its backup, if it had one by then, is ${backup}.`,
  ];
}

function unknownBatch(batch: string): MillraceError {
  return new MillraceError(
    'no-such-thing',
    `There is nothing left to do of batch ${batch}. See the history for those that can be continued.`,
  );
}

function nothingToUndo(): MillraceError {
  return new MillraceError('no-such-thing', 'There is nothing to undo: no original was replaced.');
}
