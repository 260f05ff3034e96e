import type { Source } from '../../contract/batch.ts';
import type { MemoryBudget } from './admission.ts';
import type { JobRecord } from './job-list.ts';
import type { PreparedJob } from './pipeline.ts';
import { pickNext, type Candidate } from './scheduler.ts';

/** The jobs whose header has been read and that wait for a lane. */
export interface Candidates {
  readonly size: number;
  count(kind: Source['kind']): number;
  offer(job: JobRecord, prepared: PreparedJob): void;
  /** The one to start now, taken out; undefined: none, or wait for memory. */
  next(): { readonly job: JobRecord; readonly prepared: PreparedJob } | undefined;
  /** Takes a job out that is not to be started; undefined when it is none of them. */
  withdraw(job: JobRecord): PreparedJob | undefined;
}

interface CandidateJob extends Candidate {
  readonly job: JobRecord;
  readonly prepared: PreparedJob;
  passedOver: number;
}

export function createCandidates(budget: MemoryBudget): Candidates {
  const all = new Map<JobRecord, CandidateJob>();
  return {
    get size() {
      return all.size;
    },
    count(kind) {
      let count = 0;
      for (const job of all.keys()) if (job.source.kind === kind) count += 1;
      return count;
    },
    offer(job, prepared) {
      const { cost, memory } = prepared;
      all.set(job, { id: job.id, cost: cost.total, memory, passedOver: 0, job, prepared });
    },
    next() {
      const choice = pickNext(all.values(), budget.fits);
      if (choice === undefined) return undefined;
      for (const passed of choice.passed) passed.passedOver += 1;
      all.delete(choice.next.job);
      return choice.next;
    },
    withdraw(job) {
      const candidate = all.get(job);
      all.delete(job);
      return candidate?.prepared;
    },
  };
}
