import { createHash, randomBytes } from 'node:crypto';
import { dirname } from 'node:path';
import { sourceAddress, type Offered, type Source } from '../../contract/batch.ts';
import { toWireError } from '../../contract/errors.ts';
import type { Recipe } from '../../contract/recipe.ts';
import type { BatchJournal, CommitIntent, CommitRecord } from '../engine/journal.ts';
import type { DoneBefore } from './done-before.ts';
import type { JournalEntry, JournalValue } from './journal-statements.ts';
import type { JournalWriter, Position } from './journal-writer.ts';
import type { Run } from './run-lock.ts';

/** The record of one batch. */
export interface JournalledBatch extends BatchJournal {
  readonly id: string;
  /** Something is about to be walked; the returned function says that the walk came to its end. */
  intake(offered: Offered): () => void;
  /** The same of a walk that an earlier run did not bring to its end. */
  intakeAgain(number: number): () => void;
}

/** What is taken over from a run that ended in the middle. */
export interface TakenOver {
  readonly id: string;
  /** The number that each of its sources has in the record. */
  readonly numbers: ReadonlyMap<Source, number>;
  readonly lastNumber: number;
  readonly intakes: number;
}

/** The durable record of what was started and committed. */
export interface Journal {
  /** @param insist it does also what was done before; not by default */
  begin(recipe: Recipe, insist?: boolean): JournalledBatch;
  goOn(taken: TakenOver, recipe: Recipe): JournalledBatch;
}

export interface JournalOptions {
  readonly run: Run;
  readonly writer: JournalWriter;
  readonly doneBefore: Pick<DoneBefore, 'reason'>;
  readonly now?: () => Date;
}

export function createJournal({ run, writer, doneBefore, now = () => new Date() }: JournalOptions): Journal {
  return {
    begin(recipe, insist = false) {
      const started = now();
      const id = `${started.toISOString().slice(0, 19).replaceAll(/[-:]/g, '')}-${randomBytes(2).toString('hex')}`;
      const hash = recipeHash(recipe);
      const fresh = { id, numbers: new Map<Source, number>(), lastNumber: 0, intakes: 0 };
      const text = JSON.stringify(recipe);
      const first = ['beginBatch', id, run.id, started.getTime(), text, hash, insist ? 1 : 0] as const;
      return journalBatch({ writer, doneBefore, taken: fresh, first, hash, now });
    },
    goOn: (taken, recipe) => journalBatch({ writer, doneBefore, taken, hash: recipeHash(recipe), now }),
  };
}

interface BatchParts {
  readonly writer: JournalWriter;
  readonly doneBefore: Pick<DoneBefore, 'reason'>;
  readonly taken: TakenOver;
  /** Written before anything else. */
  readonly first?: JournalEntry;
  readonly hash: string;
  readonly now: () => Date;
}

function journalBatch({ writer, doneBefore, taken, first, hash, now }: BatchParts): JournalledBatch {
  const { id } = taken;
  const { post } = writer;
  /** From the engine's number of a job to the record's. */
  const numbers = new Map<number, number>();
  /** Where in the record it stands in which folder the output of a job will be, until its commit asks for it. */
  const placed = new Map<number, Position>();
  let { lastNumber, intakes } = taken;
  let isOver = false;
  let hasBegun = first === undefined;
  let isInterrupted = false;

  const numberOf = (job: number): number => numbers.get(job) ?? job;

  function setJob(job: number, state: string, output: JournalValue, why: JournalValue): void {
    post(['setJob', state, output, why, id, numberOf(job)]);
  }

  function whenWalked(number: number): () => void {
    return () => {
      // A walk that was told to stop ends like any other, and has not seen everything.
      if (!isInterrupted) post(['endIntake', id, number]);
    };
  }

  function wake(): void {
    if (!hasBegun && first !== undefined) post(first);
    hasBegun = true;
    if (!isOver) return;
    isOver = false;
    post(['wakeBatch', id]);
  }

  return {
    id,
    intake(offered) {
      intakes += 1;
      wake();
      post(['addIntake', id, intakes, JSON.stringify(offered)]);
      return whenWalked(intakes);
    },
    intakeAgain: whenWalked,
    accepted(job, source) {
      wake();
      const known = taken.numbers.get(source);
      lastNumber = Math.max(lastNumber + (known === undefined ? 1 : 0), known ?? 0);
      const number = known ?? lastNumber;
      if (number !== job) numbers.set(job, number);
      if (known !== undefined) return;
      const root = source.kind === 'file' ? (source.root ?? null) : null;
      post(['addJob', id, number, source.kind, sourceAddress(source), root]);
    },
    alreadyDone: (source, identity) => doneBefore.reason(source, identity, hash),
    prepared(job, identity, { bytes, format, pixels }, path) {
      const number = numberOf(job);
      placed.set(
        job,
        post(['prepareJob', identity ?? null, bytes, format, pixels, dirname(path), id, number]),
      );
    },
    started(job, attempt) {
      post(
        ['setJob', 'running', null, null, id, numberOf(job)],
        ['startAttempt', id, numberOf(job), attempt, now().getTime()],
      );
    },
    retried(job, attempt, error) {
      post(['failAttempt', JSON.stringify(toWireError(error)), id, numberOf(job), attempt]);
    },
    done(job, output) {
      setJob(job, 'done', JSON.stringify(output), null);
    },
    ended(job, state, why) {
      if (isInterrupted && state === 'cancelled') return;
      setJob(job, state, null, why === undefined ? null : JSON.stringify(why));
    },
    waiting(job) {
      wake();
      setJob(job, 'waiting', null, null);
    },
    finished() {
      if (isInterrupted || !hasBegun) return;
      isOver = true;
      post(['endBatch', id]);
    },
    interrupted() {
      isInterrupted = true;
    },
    commit(job) {
      const announced = placed.get(job);
      placed.delete(job);
      return commitRecord({ writer, batch: id, job: () => numberOf(job), announced, now });
    },
  };
}

interface CommitParts {
  readonly writer: JournalWriter;
  readonly batch: string;
  /** Its number in the record. */
  readonly job: () => number;
  /** Where its folder is written down. */
  readonly announced: Position | undefined;
  readonly now: () => Date;
}

function commitRecord({ writer, batch, job, announced, now }: CommitParts): CommitRecord {
  let intent: CommitIntent | undefined;
  return {
    announced: () => writer.wait('written', announced),
    about(next) {
      intent = next;
      const { temporary, path, sha256, bytes, identity, format, replaces: old } = next;
      const kept = next.keptOriginal ? 1 : 0;
      writer.post(['aboutOutput', batch, job(), temporary, path, sha256, bytes, identity, format, kept]);
      if (old !== undefined) {
        const { original, backup, modifiedMs } = old;
        const madeMs = now().getTime();
        writer.post(['aboutBackup', temporary, original, backup, old.sha256, old.bytes, modifiedMs, madeMs]);
      }
      return writer.wait('flushed');
    },
    committed() {
      if (intent === undefined) return;
      const { temporary, replaces } = intent;
      writer.post(...commitEntries(temporary, replaces !== undefined));
    },
    withdrawn() {
      if (intent === undefined) return;
      writer.post(['withdrawBackup', intent.temporary], ['withdrawOutput', intent.temporary]);
      intent = undefined;
    },
  };
}

/** What is written together of an output that has its name. */
export function commitEntries(temporary: string, isReplacement: boolean): JournalEntry[] {
  return [
    ['commitOutput', temporary],
    ['finishJob', temporary],
    ...(isReplacement ? [['keepBackup', temporary] as const] : []),
  ];
}

/** The same for recipes that mean the same, whatever the order of their fields. */
export function recipeHash(recipe: Recipe): string {
  return createHash('sha256')
    .update(JSON.stringify(sorted(recipe)))
    .digest('hex');
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, inner]) => [key, sorted(inner)]));
}
