import type { Source, SourceFacts } from '../../contract/batch.ts';
import { asMillraceError, type MillraceError } from '../../contract/errors.ts';
import type { Recipe } from '../../contract/recipe.ts';
import { pixelsOf } from './cost.ts';
import { createFifo } from './fifo.ts';
import type { JobRecord } from './job-list.ts';
import type { BatchJournal } from './journal.ts';
import { prepareJob, type PreparedJob } from './pipeline.ts';
import type { World } from './world.ts';

/** Reads headers ahead of the workers, so that the long jobs are seen coming and every output has a name. */
export interface LookAhead {
  /** Jobs whose header is still to be read. */
  readonly queued: number;
  /** Headers being read. */
  readonly reading: number;
  enqueue(job: JobRecord): void;
  /** Forgets what is queued; headers being read end by their own signal. */
  clear(): void;
  /** Reads as many headers as there is room for. */
  pump(): void;
}

export interface LookAheadOptions {
  readonly recipe: Recipe;
  readonly world: World;
  readonly journal: BatchJournal;
  /** How many jobs of this kind have been prepared and not been started. */
  readonly prepared: (kind: Source['kind']) => number;
  readonly onKnown: (job: JobRecord, facts: SourceFacts) => void;
  readonly onPrepared: (job: JobRecord, prepared: PreparedJob) => void;
  readonly onNeedless: (job: JobRecord, reason: string) => void;
  readonly onFailed: (job: JobRecord, error: MillraceError) => void;
  /** A header has been read or has failed: there is room again. */
  readonly onRoom: () => void;
}

/** Headers per worker: enough to see what is long, few enough that a hundred thousand files are not opened at once. */
const filesAheadPerWorker = 64;
/** Headers read at once; disks and networks answer better to a few questions than to one. */
const filesAtOnce = 8;
/** Links being downloaded or waiting with their bytes in memory. */
const linksAhead = 8;

export function createLookAhead(options: LookAheadOptions): LookAhead {
  const { recipe, world, journal, prepared } = options;
  const queues = { file: createFifo<JobRecord>(), link: createFifo<JobRecord>() };
  const reading = { file: 0, link: 0 };
  const filesAhead = world.workers.size * filesAheadPerWorker;
  let lastTurn = Promise.resolve();

  function hasRoom(kind: Source['kind']): boolean {
    if (kind === 'link') return reading.link + prepared('link') < linksAhead;
    return reading.file < filesAtOnce && reading.file + prepared('file') < filesAhead;
  }

  /** Names are given in the order of intake. Links answer when they like and wait for nobody. */
  function takeTurn(kind: Source['kind']): { readonly mine: Promise<void>; readonly pass: () => void } {
    if (kind === 'link') return { mine: Promise.resolve(), pass: () => undefined };
    const mine = lastTurn;
    const passed = Promise.withResolvers<void>();
    lastTurn = Promise.all([mine, passed.promise]).then(() => undefined);
    return { mine, pass: passed.resolve };
  }

  async function read(job: JobRecord, kind: Source['kind']): Promise<void> {
    const work = new AbortController();
    const turn = takeTurn(kind);
    job.work = work;
    reading[kind] += 1;
    try {
      const insist = job.insist;
      const ready = await prepareJob(job.source, recipe, world, turn.mine, { journal, insist }, work.signal);
      job.work = undefined;
      if (ready.kind === 'needless') options.onNeedless(job, ready.reason);
      else {
        const { head, from } = ready.prepared;
        options.onKnown(job, { bytes: head.bytes, format: from, pixels: Math.round(pixelsOf(head)) });
        options.onPrepared(job, ready.prepared);
      }
    } catch (error) {
      job.work = undefined;
      options.onFailed(job, asMillraceError(error));
    } finally {
      turn.pass();
      reading[kind] -= 1;
      options.onRoom();
    }
  }

  function pumpKind(kind: Source['kind']): void {
    while (hasRoom(kind)) {
      const job = queues[kind].shift();
      if (job === undefined) return;
      // It may have been cancelled while it was queued.
      if (job.state === 'waiting' && job.queued) void read(job, kind);
      job.queued = false;
    }
  }

  return {
    get queued() {
      return queues.file.size + queues.link.size;
    },
    get reading() {
      return reading.file + reading.link;
    },
    enqueue(job) {
      // One that was cancelled and is to be tried again may still be in line.
      if (!job.queued) queues[job.source.kind].push(job);
      job.queued = true;
    },
    clear() {
      for (const queue of [queues.file, queues.link]) {
        for (let job = queue.shift(); job !== undefined; job = queue.shift()) job.queued = false;
      }
    },
    pump() {
      pumpKind('file');
      pumpKind('link');
    },
  };
}
