import {
  sourceName,
  type BatchEvent,
  type BatchProgress,
  type Intake,
  type Source,
} from '../../contract/batch.ts';
import {
  asMillraceError,
  cancelled,
  fromWireError,
  MillraceError,
  toWireError,
} from '../../contract/errors.ts';
import type { Recipe } from '../../contract/recipe.ts';
import type { MemoryBudget } from './admission.ts';
import { createEventQueue } from './event-queue.ts';
import { createJobList, type JobRecord } from './job-list.ts';
import { createLanes, type LaneEnd } from './lanes.ts';
import { createLookAhead } from './look-ahead.ts';
import type { PreparedJob } from './pipeline.ts';
import { createProgressMeter } from './progress.ts';
import { pickNext, type Candidate } from './scheduler.ts';
import type { IntakeStream, World } from './world.ts';

/** What one drop or one command line asked for, while it is worked on. */
export interface Batch {
  /** For one reader. A slow reader holds the batch back; ends after `close`. */
  readonly events: AsyncIterable<BatchEvent>;
  progress(): BatchProgress;
  /** More sources for the same recipe. */
  add(intake: IntakeStream): void;
  /** Jobs on workers finish, nothing new starts. */
  pause(): void;
  resume(): void;
  /** For good: waiting jobs end at once, running ones within 200 ms. Settles when nothing is running any more. */
  cancel(): Promise<void>;
  cancelJob(id: number): void;
  /** Failed jobs wait again. */
  retryFailed(): void;
  /** Tells nothing more. */
  close(): void;
}

export interface BatchOptions {
  readonly recipe: Recipe;
  readonly world: World;
  readonly budget: MemoryBudget;
}

/** Events a slow reader may leave lying before no new job starts. */
const maxBacklog = 1000;

interface CandidateJob extends Candidate {
  readonly job: JobRecord;
  readonly prepared: PreparedJob;
  passedOver: number;
}

/** Starts a batch. Sources arrive by `add`; `ended` is told whenever there is nothing left to do. */
export function startBatch({ recipe, world, budget }: BatchOptions): Batch {
  const events = createEventQueue<BatchEvent>(pump);
  const meter = createProgressMeter(world.clock, world.workers.size, (progress) => {
    events.push({ type: 'progress', progress });
  });
  const jobs = createJobList(meter, (event) => {
    events.push(event);
  });
  const candidates = new Map<JobRecord, CandidateJob>();
  const lookAhead = createLookAhead({
    recipe,
    world,
    prepared: countCandidates,
    onPrepared: plan,
    onFailed: giveUp,
    onRoom: pump,
  });
  const lanes = createLanes(recipe, world, budget, {
    started: jobs.started,
    retried: jobs.retried,
    ended: leaveLane,
  });
  const waitingForQuiet: (() => void)[] = [];
  let intakes = 0;
  let state: 'working' | 'paused' | 'cancelled' = 'working';
  let ended = true;

  async function takeIn(intake: IntakeStream): Promise<void> {
    try {
      for await (const item of intake) {
        if (state === 'cancelled') return;
        accept(item);
        pump();
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
        lookAhead.enqueue(jobs.add(item.source));
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

  function countCandidates(kind: Source['kind']): number {
    let count = 0;
    for (const job of candidates.keys()) if (job.source.kind === kind) count += 1;
    return count;
  }

  function plan(job: JobRecord, prepared: PreparedJob): void {
    if (prepared.reservation.skip) {
      letGo(job, prepared);
      jobs.skipped(job, `${prepared.reservation.path} is already there.`);
    } else if (budget.impossible(prepared.memory)) {
      letGo(job, prepared);
      jobs.failed(job, tooLarge(job, prepared.memory));
    } else {
      meter.planned(prepared.cost);
      offer(job, prepared);
    }
  }

  function offer(job: JobRecord, prepared: PreparedJob): void {
    const { cost, memory } = prepared;
    candidates.set(job, { id: job.id, cost: cost.total, memory, passedOver: 0, job, prepared });
  }

  function leaveLane(job: JobRecord, prepared: PreparedJob, end: LaneEnd): void {
    // Cancelled since it was taken back: nobody would start it any more.
    if (end.kind === 'postponed' && state !== 'cancelled') offer(job, prepared);
    else {
      letGo(job, prepared);
      meter.ended(prepared.cost, end.kind === 'finished' ? end.finished.workerMs : undefined);
      if (end.kind === 'finished') jobs.done(job, end.finished.output, end.finished.report);
      else giveUp(job, end.kind === 'failed' ? end.error : cancelled());
    }
    pump();
  }

  function letGo(job: JobRecord, prepared: PreparedJob): void {
    world.outputs.release(prepared.reservation);
    world.sources.release(job.source);
  }

  /** The last word on a job that did not succeed. */
  function giveUp(job: JobRecord, error: MillraceError): void {
    if (error.code === 'cancelled') jobs.cancelled(job);
    else jobs.failed(job, error);
    if (error.code === 'workers-cannot-start') stop(error);
  }

  function stop(error: MillraceError): void {
    if (state === 'cancelled') return;
    events.push({ type: 'stopped', error: toWireError(error) });
    cancelAll();
  }

  function cancelAll(): void {
    state = 'cancelled';
    lookAhead.clear();
    for (const job of jobs.all.values()) cancelOne(job);
  }

  function cancelOne(job: JobRecord): void {
    if (job.state !== 'waiting' && job.state !== 'running') return;
    if (job.work !== undefined) {
      job.work.abort();
      return;
    }
    const candidate = candidates.get(job);
    if (candidate !== undefined) {
      candidates.delete(job);
      letGo(job, candidate.prepared);
      meter.ended(candidate.prepared.cost, undefined);
    }
    jobs.cancelled(job);
  }

  /** Starts whatever may be started. Called after everything that could have made room. */
  function pump(): void {
    if (state === 'working' && events.backlog < maxBacklog) {
      startLanes();
      lookAhead.pump();
    }
    if (lanes.used + lookAhead.reading > 0) return;
    for (const resolve of waitingForQuiet.splice(0)) resolve();
    if (ended || intakes + lookAhead.queued + candidates.size > 0) return;
    ended = true;
    events.push({ type: 'ended', progress: meter.snapshot() });
  }

  function startLanes(): void {
    while (!lanes.full) {
      const choice = pickNext(candidates.values(), budget.fits);
      if (choice === undefined) return;
      for (const passed of choice.passed) passed.passedOver += 1;
      candidates.delete(choice.next.job);
      lanes.run(choice.next.job, choice.next.prepared);
    }
  }

  return {
    events,
    progress: meter.snapshot,
    add(intake) {
      intakes += 1;
      ended = false;
      meter.intakeEnded(false);
      void takeIn(intake);
    },
    pause() {
      if (state === 'working') state = 'paused';
      lanes.postpone();
    },
    resume() {
      if (state === 'paused') state = 'working';
      pump();
    },
    async cancel() {
      cancelAll();
      const quiet = Promise.withResolvers<void>();
      waitingForQuiet.push(quiet.resolve);
      pump();
      await quiet.promise;
    },
    cancelJob(id) {
      const job = jobs.all.get(id);
      if (job !== undefined) cancelOne(job);
      pump();
    },
    retryFailed() {
      for (const job of jobs.all.values()) {
        if (job.state !== 'failed') continue;
        jobs.waiting(job);
        lookAhead.enqueue(job);
        ended = false;
      }
      pump();
    },
    close() {
      meter.stop();
      events.close();
    },
  };
}

function tooLarge(job: JobRecord, memory: number): MillraceError {
  return new MillraceError(
    'not-enough-memory',
    `${sourceName(job.source)} needs about ${(memory / 1024 ** 3).toFixed(1)} GB of memory to be worked on, more than this computer has. Resize it elsewhere first.`,
  );
}
