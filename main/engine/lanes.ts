import { asMillraceError, type MillraceError } from '../../contract/errors.ts';
import type { Recipe } from '../../contract/recipe.ts';
import type { MemoryBudget } from './admission.ts';
import type { JobRecord } from './job-list.ts';
import type { BatchJournal } from './journal.ts';
import { runJob, type FinishedJob, type PreparedJob } from './pipeline.ts';
import type { World } from './world.ts';

/** How a job left its lane. `postponed`: it gave way before a worker had it. */
export type LaneEnd =
  | { readonly kind: 'finished'; readonly finished: FinishedJob }
  | { readonly kind: 'failed'; readonly error: MillraceError }
  | { readonly kind: 'postponed' };

export interface LaneHooks {
  started(job: JobRecord, attempt: number): void;
  retried(job: JobRecord, error: MillraceError): void;
  ended(job: JobRecord, prepared: PreparedJob, end: LaneEnd): void;
}

/** The jobs that have their bytes: on a worker, next in line for one, or being committed. */
export interface Lanes {
  readonly used: number;
  readonly full: boolean;
  run(job: JobRecord, prepared: PreparedJob): void;
  /** Takes back what no worker has yet. */
  postpone(): void;
  /** Cancels all of them. */
  abort(): void;
}

/** Lanes beyond those on workers and next in line, so that a slow commit does not leave a worker without work. */
const spare = 2;

export interface LanesOptions {
  readonly recipe: Recipe;
  readonly world: World;
  readonly budget: MemoryBudget;
  readonly journal: BatchJournal;
  readonly hooks: LaneHooks;
}

export function createLanes({ recipe, world, budget, journal, hooks }: LanesOptions): Lanes {
  const max = world.workers.size * 2 + spare;
  /** The lanes whose job no worker has yet are the keys with a controller. */
  const lanes = new Map<JobRecord, AbortController | undefined>();

  async function follow(job: JobRecord, prepared: PreparedJob, work: AbortSignal): Promise<LaneEnd> {
    const postpone = new AbortController();
    lanes.set(job, postpone);
    try {
      const finished = await runJob(
        job.source,
        prepared,
        recipe,
        world,
        {
          started(attempt) {
            lanes.set(job, undefined);
            hooks.started(job, attempt);
          },
          retried(error) {
            hooks.retried(job, error);
          },
          postponed: postpone.signal,
          record: journal.commit(job.id),
        },
        work,
      );
      return { kind: 'finished', finished };
    } catch (error) {
      if (postpone.signal.aborted && !work.aborted) return { kind: 'postponed' };
      return { kind: 'failed', error: asMillraceError(error) };
    }
  }

  async function run(job: JobRecord, prepared: PreparedJob): Promise<void> {
    const work = new AbortController();
    job.work = work;
    budget.admit(prepared.memory);
    const end = await follow(job, prepared, work.signal);
    budget.release(prepared.memory);
    lanes.delete(job);
    job.work = undefined;
    hooks.ended(job, prepared, end);
  }

  return {
    get used() {
      return lanes.size;
    },
    get full() {
      return lanes.size >= max;
    },
    run(job, prepared) {
      void run(job, prepared);
    },
    postpone() {
      for (const controller of lanes.values()) controller?.abort();
    },
    abort() {
      for (const job of lanes.keys()) job.work?.abort();
    },
  };
}
