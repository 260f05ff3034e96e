import type { BatchView, JobDetail, Row } from '../../contract/app-state.ts';
import {
  sourceAddress,
  type BatchEvent,
  type BatchProgress,
  type Intake,
  type Job,
  type Source,
} from '../../contract/batch.ts';
import type { LogLevel } from '../../contract/envelope.ts';
import { toWireError, type WireError } from '../../contract/errors.ts';
import type { Recipe } from '../../contract/recipe.ts';
import type { MemoryBudget } from '../engine/admission.ts';
import { startBatch } from '../engine/batch.ts';
import type { IntakeStream, World } from '../engine/world.ts';
import type { RecordedBatch } from '../past/past.ts';
import { createDetails } from './details.ts';
import { createLeftOut } from './left-out.ts';
import { rowOf } from './row.ts';

/** The batch in the window: the engine's, and what a person is shown of it. */
export interface WindowBatch {
  readonly id: number;
  readonly recipe: Recipe;
  readonly state: BatchView['state'];
  readonly timesCancelled: number;
  view(): BatchView;
  /** The highest number of a row so far. */
  readonly lastId: number;
  /** Undefined when there is no such row, or none any more. */
  row(id: number): Row | undefined;
  job(id: number): Job | undefined;
  detail(id: number): JobDetail | undefined;
  add(intake: IntakeStream): void;
  pause(): void;
  resume(): void;
  cancel(): Promise<void>;
  /** The same, for now: a later run goes on. */
  interrupt(): Promise<void>;
  cancelJobs(ids: readonly number[]): void;
  retry(ids: readonly number[] | undefined): Promise<void>;
  remove(ids: readonly number[]): Promise<void>;
  /** Share of a link that has arrived. */
  downloaded(source: Source, share: number): void;
  close(): void;
}

export interface WindowBatchOptions {
  readonly id: number;
  readonly recipe: Recipe;
  readonly world: World;
  readonly budget: MemoryBudget;
  readonly recorded: Pick<RecordedBatch, 'id' | 'journal' | 'insist'>;
  readonly rowChanged: (id: number) => void;
  readonly viewChanged: () => void;
  readonly log: (level: LogLevel, message: string) => void;
}

/** So many rows are taken out before others have a turn. */
const removedAtOnce = 250;

export function openWindowBatch(options: WindowBatchOptions): WindowBatch {
  const { id, recipe, world, budget, recorded, rowChanged, viewChanged, log } = options;
  const batch = startBatch({
    recipe,
    world,
    budget,
    journal: recorded.journal,
    insist: recorded.insist,
    holds: (error) => error.code === 'destination-full',
    onChange,
  });
  const details = createDetails();
  let timesCancelled = 0;
  const leftOut = createLeftOut();
  const sources = new Set<string>();
  const outputs = new Set<string>();
  /** Of links, by their address: how much has arrived, and their job. */
  const downloads = new Map<string, number>();
  const linkIds = new Map<string, number>();
  let state: BatchView['state'] = 'ended';
  let error: WireError | undefined;
  let lowest: BatchView['lowestScore'];
  /** Stands still from the end of the batch on. */
  let finalProgress: BatchProgress | undefined;

  function onChange(job: number): void {
    const source = batch.job(job)?.source;
    if (source?.kind === 'link') linkIds.set(source.url, job);
    rowChanged(job);
  }

  function move(to: BatchView['state'], why?: WireError): void {
    state = to;
    error = why;
    if (to !== 'ended' && to !== 'stopped') finalProgress = undefined;
    viewChanged();
  }

  async function follow(): Promise<void> {
    for await (const event of batch.events) {
      receive(event);
      // Whatever else happens is counted, and progress is told at a calm pace.
      if (event.type === 'progress') viewChanged();
    }
  }

  function receive(event: BatchEvent): void {
    switch (event.type) {
      case 'job.done':
        finished(event.job);
        return;
      case 'job.failed':
        log('info', `A job failed: ${event.error.message}`);
        return;
      case 'job.retried':
        log('warn', `A job is tried again: ${event.error.message}`);
        return;
      case 'ignored':
        leftOut.add(event.path, event.reason);
        return;
      case 'held':
        log('warn', `The batch waits: ${event.error.message}`);
        move('held', event.error);
        return;
      case 'stopped':
        log('error', `The batch cannot go on: ${event.error.message}`);
        move('stopped', event.error);
        return;
      case 'ended':
        // Something may have been added since it was told.
        if (isBusy()) return;
        finalProgress = event.progress;
        if (state === 'stopped') viewChanged();
        else move('ended');
        return;
      case 'job.started':
      case 'job.skipped':
      case 'job.cancelled':
      case 'progress':
        return;
    }
  }

  function finished({ id: job, output, report }: Job): void {
    if (report !== undefined) details.remember(job, report);
    if (output === undefined) return;
    outputs.add(output.path);
    const { score } = output;
    if (score !== undefined && (lowest === undefined || score < lowest.score)) lowest = { id: job, score };
  }

  function isOver(): boolean {
    return state === 'ended' || state === 'stopped' || state === 'cancelling';
  }

  function isBusy(): boolean {
    const { counts, intakeEnded } = batch.progress();
    return !intakeEnded || counts.waiting + counts.running > 0;
  }

  /** A file that is in the list, or that the list has made, is not taken in again. */
  async function* once(intake: IntakeStream): AsyncGenerator<Intake, void, undefined> {
    for await (const item of intake) {
      if (item.kind === 'skipped') yield item;
      else {
        const path = sourceAddress(item.source);
        const isFound = item.source.kind === 'file' && item.source.root !== undefined;
        if (sources.has(path)) yield { kind: 'skipped', path, reason: 'already-seen' };
        else if (isFound && outputs.has(path)) yield { kind: 'skipped', path, reason: 'own-output' };
        else {
          sources.add(path);
          if (item.kind === 'done') outputs.add(item.output.path);
          yield item;
        }
      }
    }
  }

  function takeOut(job: Job): void {
    sources.delete(sourceAddress(job.source));
    downloads.delete(sourceAddress(job.source));
    linkIds.delete(sourceAddress(job.source));
    details.forget(job.id);
    if (lowest?.id === job.id) lowest = lowestBut(job.id);
  }

  function lowestBut(gone: number): BatchView['lowestScore'] {
    let found: BatchView['lowestScore'];
    for (let job = 1; job <= batch.lastId; job += 1) {
      const score = job === gone ? undefined : batch.job(job)?.output?.score;
      if (score !== undefined && (found === undefined || score < found.score)) found = { id: job, score };
    }
    return found;
  }

  follow().catch((unforeseen: unknown) => {
    log('error', `The batch can no longer be shown: ${String(unforeseen)}`);
    move('stopped', toWireError(unforeseen));
  });

  return {
    id,
    recipe,
    get state() {
      return state;
    },
    get timesCancelled() {
      return timesCancelled;
    },
    get lastId() {
      return batch.lastId;
    },
    view() {
      return {
        id,
        state,
        ...(error === undefined ? {} : { error }),
        ...(finalProgress === undefined
          ? batch.progress()
          : { ...finalProgress, counts: batch.progress().counts }),
        found: batch.lastId,
        leftOut: leftOut.list(),
        ...(lowest === undefined ? {} : { lowestScore: lowest }),
        recipe,
        ...(recorded.id === undefined ? {} : { record: recorded.id }),
      };
    },
    job: batch.job,
    row(job) {
      const known = batch.job(job);
      return known && rowOf(known, downloads.get(sourceAddress(known.source)));
    },
    detail(job) {
      const known = batch.job(job);
      return known && { row: rowOf(known), ...(details.get(job) ?? { fidelity: [] }) };
    },
    add(intake) {
      batch.add(once(intake));
      if (state === 'ended' || state === 'stopped') move('working');
    },
    pause() {
      if (state !== 'working') return;
      batch.pause();
      move('paused');
    },
    resume() {
      if (state !== 'paused' && state !== 'held') return;
      move('working');
      batch.resume();
    },
    async cancel() {
      timesCancelled += 1;
      if (isOver()) return;
      move('cancelling');
      await batch.cancel();
    },
    async interrupt() {
      if (isOver()) return;
      move('cancelling');
      await batch.interrupt();
    },
    cancelJobs(ids) {
      for (const job of ids) batch.cancelJob(job);
    },
    async retry(ids) {
      if (state === 'cancelling') return;
      await batch.retry(ids);
      if (isBusy() && (state === 'ended' || state === 'stopped')) move('working');
    },
    async remove(ids) {
      for (let from = 0; from < ids.length; from += removedAtOnce) {
        const some = ids.slice(from, from + removedAtOnce);
        for (const job of some.map(batch.job)) if (job !== undefined) takeOut(job);
        await batch.remove(some);
        await new Promise((resolve) => setImmediate(resolve));
      }
      viewChanged();
    },
    downloaded(source, share) {
      const address = sourceAddress(source);
      downloads.set(address, share);
      const job = linkIds.get(address);
      if (job !== undefined) rowChanged(job);
    },
    close() {
      batch.close();
    },
  };
}
