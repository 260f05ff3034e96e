import {
  sourceName,
  type BatchEvent,
  type BatchProgress,
  type Intake,
  type Job,
} from '../../contract/batch.ts';
import {
  asMillraceError,
  cancelled,
  fromWireError,
  type MillraceError,
  toWireError,
} from '../../contract/errors.ts';
import type { Recipe } from '../../contract/recipe.ts';
import { tooLarge, type MemoryBudget } from './admission.ts';
import { createCandidates } from './candidates.ts';
import { createEventQueue } from './event-queue.ts';
import { createJobList, snapshot, type JobRecord } from './job-list.ts';
import { noJournal, type BatchJournal } from './journal.ts';
import { createLanes, type LaneEnd } from './lanes.ts';
import { createLookAhead } from './look-ahead.ts';
import type { PreparedJob } from './pipeline.ts';
import { createProgressMeter } from './progress.ts';
import { inSlices } from './slices.ts';
import type { IntakeStream, World } from './world.ts';

/** What one drop or one command line asked for, while it is worked on. */
export interface Batch {
  /** For one reader. A slow reader holds the batch back; ends after `close`. */
  readonly events: AsyncIterable<BatchEvent>;
  progress(): BatchProgress;
  /** A job as it is now, without its report; undefined when there is none of this number, or none any more. */
  job(id: number): Job | undefined;
  /** The highest number of a job so far. */
  readonly lastId: number;
  /** More sources for the same recipe. */
  add(intake: IntakeStream): void;
  /** Jobs on workers finish, nothing new starts. */
  pause(): void;
  /** Goes on after a pause, and after what held the batch has been put right. */
  resume(): void;
  /**
   * Waiting jobs end at once, running ones within 200 ms. Settles when nothing is running any more. Jobs may be retried
   * and sources added afterwards.
   */
  cancel(): Promise<void>;
  /** The same, for now: a later run goes on where this one was. */
  interrupt(): Promise<void>;
  cancelJob(id: number): void;
  /**
   * Failed jobs wait again: all, or those of these numbers, and then also those that were cancelled or had nothing to do.
   */
  retry(ids?: Iterable<number>): Promise<void>;
  /** Takes jobs out; those in work are cancelled first. */
  remove(ids: Iterable<number>): Promise<void>;
  /** Tells nothing more. */
  close(): void;
}

export interface BatchOptions {
  readonly recipe: Recipe;
  readonly world: World;
  readonly budget: MemoryBudget;
  /**
   * Failures of a job that hold the whole batch until it is resumed, because they are not the picture's: the job waits
   * again. None by default.
   */
  readonly holds?: (error: MillraceError) => boolean;
  /** Called at once whenever a job is new, other than before, or gone; far more often than there are events. */
  readonly onChange?: (id: number) => void;
  readonly journal?: BatchJournal;
  /** Works on what has been done before, too. */
  readonly insist?: boolean;
}

/** Events a slow reader may leave lying before nothing more is taken in and no new job starts. */
const maxBacklog = 1000;

/** A source that changes again and again while it is worked on is given up. */
const maxChanges = 3;

/** Starts a batch. Sources arrive by `add`; `ended` is told whenever there is nothing left to do. */
export function startBatch(options: BatchOptions): Batch {
  const { recipe, world, budget, holds = () => false, onChange = () => undefined } = options;
  const journal = options.journal ?? noJournal;
  const events = createEventQueue<BatchEvent>(pump);
  const meter = createProgressMeter(world.clock, world.workers.size, (progress) => {
    events.push({ type: 'progress', progress });
  });
  const jobs = createJobList(meter, { tell: events.push, changed: onChange, journal });
  const candidates = createCandidates(budget);
  const lookAhead = createLookAhead({
    recipe,
    world,
    journal,
    prepared: candidates.count,
    onKnown: jobs.known,
    onPrepared: plan,
    onNeedless(job, reason) {
      jobs.skipped(job, reason);
      leave(job);
    },
    onFailed: giveUp,
    onRoom: pump,
  });
  const lanes = createLanes({
    recipe,
    world,
    budget,
    journal,
    hooks: { started: jobs.started, retried: jobs.retried, ended: leaveLane },
  });
  const waitingForQuiet: (() => void)[] = [];
  /** To be taken out as soon as nobody works on them. */
  const leaving = new Set<JobRecord>();
  let intakes = 0;
  /** Cancels of the whole batch that are not through with all jobs. */
  let cancels = 0;
  let state: 'working' | 'paused' | 'held' | 'cancelled' = 'working';
  let ended = true;
  /** Rises with each cancel: what was being taken in before it is left. */
  let era = 0;

  async function takeIn(intake: IntakeStream): Promise<void> {
    const mine = era;
    try {
      for await (const item of intake) {
        if (era !== mine) return;
        accept(item);
        pump();
        if (events.backlog >= maxBacklog) await events.drained();
      }
    } catch (error) {
      stop(asMillraceError(error));
    } finally {
      intakes -= 1;
      meter.intakeEnded(intakes === 0);
      pump();
    }
  }

  function accept(item: Intake): void {
    switch (item.kind) {
      case 'source':
        enqueue(jobs.add(item.source), options.insist === true);
        return;
      case 'done':
        jobs.recall(item.source, item.output, item.facts);
        return;
      case 'failed':
        jobs.failed(jobs.add(item.source), fromWireError(item.error));
        return;
      case 'skipped':
        meter.ignored();
        events.push({ type: 'ignored', path: item.path, reason: item.reason });
        return;
    }
  }

  function enqueue(job: JobRecord, insist: boolean): void {
    job.insist = insist;
    lookAhead.enqueue(job);
  }

  function plan(job: JobRecord, prepared: PreparedJob): void {
    if (job.facts !== undefined) {
      journal.prepared(job.id, prepared.head.identity, job.facts, prepared.reservation.path);
    }
    if (budget.impossible(prepared.memory)) {
      letGo(job, prepared);
      jobs.failed(job, tooLarge(sourceName(job.source), prepared.memory));
    } else {
      meter.planned(prepared.cost);
      candidates.offer(job, prepared);
    }
  }

  function leaveLane(job: JobRecord, prepared: PreparedJob, end: LaneEnd): void {
    if (end.kind === 'failed' && holds(end.error)) hold(end.error);
    const again = end.kind === 'postponed' || (end.kind === 'failed' && holds(end.error));
    // Cancelled since it was taken back: nobody would start it any more.
    if (again && state !== 'cancelled') {
      jobs.waiting(job);
      candidates.offer(job, prepared);
    } else if (end.kind === 'failed' && mayStartOver(job, end.error)) {
      letGo(job, prepared);
      meter.ended(prepared.cost, undefined);
      job.changes += 1;
      jobs.waiting(job);
      lookAhead.enqueue(job);
    } else {
      letGo(job, prepared);
      meter.ended(prepared.cost, end.kind === 'finished' ? end.finished.workerMs : undefined);
      if (end.kind === 'finished') jobs.done(job, end.finished.output, end.finished.report);
      else giveUp(job, end.kind === 'failed' && !again ? end.error : cancelled());
    }
    leave(job);
    pump();
  }

  /** Somebody wrote to the source meanwhile: it is done again, on its new bytes. */
  function mayStartOver(job: JobRecord, error: MillraceError): boolean {
    return error.code === 'source-changed' && job.changes < maxChanges && state !== 'cancelled';
  }

  function hold(error: MillraceError): void {
    if (state !== 'working' && state !== 'paused') return;
    state = 'held';
    lanes.postpone();
    events.push({ type: 'held', error: toWireError(error) });
  }

  function letGo(job: JobRecord, prepared: PreparedJob): void {
    world.outputs.release(prepared.reservation);
    world.sources.release(job.source);
  }

  /** The last word on a job that did not succeed. */
  function giveUp(job: JobRecord, error: MillraceError): void {
    if (error.code === 'cancelled') jobs.cancelled(job);
    else jobs.failed(job, error);
    leave(job);
    if (error.code === 'workers-cannot-start') stop(error);
  }

  function stop(error: MillraceError): void {
    if (state === 'cancelled') return;
    events.push({ type: 'stopped', error: toWireError(error) });
    void cancelAll();
  }

  async function cancelAll(): Promise<void> {
    state = 'cancelled';
    era += 1;
    lookAhead.clear();
    lanes.abort();
    cancels += 1;
    await inSlices(jobs.all.values(), cancelOne);
    cancels -= 1;
    pump();
  }

  async function cancelUntilQuiet(): Promise<void> {
    const through = cancelAll();
    const quiet = Promise.withResolvers<void>();
    waitingForQuiet.push(quiet.resolve);
    pump();
    await Promise.all([through, quiet.promise]);
  }

  function cancelOne(job: JobRecord): void {
    if (job.state !== 'waiting' && job.state !== 'running') return;
    if (job.work !== undefined) {
      job.work.abort();
      return;
    }
    const prepared = candidates.withdraw(job);
    if (prepared !== undefined) {
      letGo(job, prepared);
      meter.ended(prepared.cost, undefined);
    }
    jobs.cancelled(job);
  }

  /** Takes a job out that was to go and that nobody works on any more. */
  function leave(job: JobRecord): void {
    if (!leaving.delete(job)) return;
    if (job.state === 'waiting') cancelOne(job);
    jobs.remove(job);
  }

  /** Starts whatever may be started. Called after everything that could have made room. */
  function pump(): void {
    if (state === 'working' && events.backlog < maxBacklog) {
      startLanes();
      lookAhead.pump();
    }
    if (lanes.used + lookAhead.reading + cancels > 0) return;
    for (const resolve of waitingForQuiet.splice(0)) resolve();
    if (ended || intakes + lookAhead.queued + candidates.size > 0) return;
    ended = true;
    journal.finished();
    events.push({ type: 'ended', progress: meter.snapshot() });
  }

  function startLanes(): void {
    while (!lanes.full) {
      const next = candidates.next();
      if (next === undefined) return;
      lanes.run(next.job, next.prepared);
    }
  }

  /** There is something to do again, also after a cancel. */
  function wake(): void {
    ended = false;
    if (state === 'cancelled' && cancels === 0) state = 'working';
  }

  return {
    events,
    progress: meter.snapshot,
    job(id) {
      const job = jobs.all.get(id);
      return job === undefined ? undefined : snapshot(job);
    },
    get lastId() {
      return jobs.lastId;
    },
    add(intake) {
      intakes += 1;
      wake();
      meter.intakeEnded(false);
      void takeIn(intake);
    },
    pause() {
      if (state === 'working') state = 'paused';
      lanes.postpone();
    },
    resume() {
      if (state === 'paused' || state === 'held') state = 'working';
      pump();
    },
    cancel: cancelUntilQuiet,
    async interrupt() {
      journal.interrupted();
      await cancelUntilQuiet();
    },
    cancelJob(id) {
      const job = jobs.all.get(id);
      if (job !== undefined) cancelOne(job);
      pump();
    },
    async retry(ids) {
      const again = ids === undefined ? jobs.all.values() : jobs.named(ids);
      await inSlices(again, (job) => {
        const { state: was } = job;
        const isNamed = ids !== undefined && (was === 'cancelled' || was === 'skipped');
        if (was !== 'failed' && !isNamed) return;
        wake();
        jobs.waiting(job);
        job.changes = 0;
        enqueue(job, was === 'skipped');
      });
      pump();
    },
    async remove(ids) {
      await inSlices(jobs.named(ids), (job) => {
        leaving.add(job);
        cancelOne(job);
        if (job.work === undefined) leave(job);
      });
      pump();
    },
    close() {
      meter.stop();
      events.close();
    },
  };
}
