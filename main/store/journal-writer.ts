import { Worker } from 'node:worker_threads';
import { asMillraceError, MillraceError } from '../../contract/errors.ts';
import type { JournalAnswer, JournalEntry, JournalRequest } from './journal-statements.ts';

/** How much a write must survive: the end of this process, or that of the power as well. */
export type Durability = 'written' | 'flushed';

/** How many entries had been posted when this one was, itself among them. */
export type Position = number;

/** Writes to the journal in groups, on a thread of its own: whoever posts never waits. */
export interface JournalWriter {
  post(...entries: readonly JournalEntry[]): Position;
  /**
   * Settles when everything up to a position, by default all that was posted so far, is as durable as asked.
   *
   * @throws MillraceError `destination-full`, `store-unusable`: it is tried again with what comes next
   */
  wait(durability: Durability, upTo?: Position): Promise<void>;
  /** Writes what is left and ends the thread. */
  close(): Promise<void>;
}

/** A group that the thread has not answered yet. */
interface Pending extends PromiseWithResolvers<void> {
  readonly upTo: Position;
}

export interface JournalWriterOptions {
  /** Path of `journal-thread`. */
  readonly thread: string;
  /** Path of the database, which is up to date. */
  readonly path: string;
}

/** What nobody waits for is written this much later, milliseconds: with what comes meanwhile, most often with a commit. */
const lazyMs = 100;
/** Entries in one group at most: a group is copied on the thread that posts. */
const maxGroup = 2000;

export function openJournalWriter({ thread, path }: JournalWriterOptions): JournalWriter {
  // Started with the first entry, so that it is there when a commit waits for it: a run that only looks needs none.
  let worker: Worker | undefined;
  let entries: JournalEntry[] = [];
  let timer: NodeJS.Timeout | undefined;
  let requests = 0;
  let posted: Position = 0;
  /** What the thread has written. */
  let written: Position = 0;
  let failure: MillraceError | undefined;
  let closed = false;
  const answers = new Map<number, Pending>();
  /** The last one that was sent, for who waits with nothing new. */
  let last: { readonly written: Promise<void>; readonly flush: boolean } | undefined;
  /** What was sent last could not be written; the thread has it still. */
  let isBehind = false;

  function start(): Worker {
    const started = new Worker(thread, {
      workerData: { path },
      // SQLite is experimental in Node and says so on every thread.
      execArgv: ['--disable-warning=ExperimentalWarning'],
    });
    started.on('message', ({ id, error }: JournalAnswer) => {
      const waiting = answers.get(id);
      answers.delete(id);
      if (answers.size === 0) started.unref();
      isBehind = error !== undefined;
      if (error === undefined) {
        written = waiting?.upTo ?? written;
        waiting?.resolve();
      } else waiting?.reject(unwritten(path, error.message, error.isFull));
    });
    started.on('error', (error: unknown) => {
      fail(unwritten(path, asMillraceError(error).message, false));
    });
    started.on('exit', () => {
      fail(unwritten(path, 'its thread has ended', false));
    });
    // Nobody waits for it yet.
    started.unref();
    return started;
  }

  function fail(error: MillraceError): void {
    failure = error;
    for (const waiting of answers.values()) waiting.reject(error);
    answers.clear();
  }

  function send(flush: boolean): void {
    clearTimeout(timer);
    timer = undefined;
    if (failure !== undefined || worker === undefined) return;
    requests += 1;
    const request: JournalRequest = { id: requests, entries, flush };
    entries = [];
    const waiting = { ...Promise.withResolvers<void>(), upTo: posted };
    answers.set(request.id, waiting);
    worker.ref();
    worker.postMessage(request);
    last = { written: waiting.promise, flush };
    // Who does not wait hears of it with the next commit, which does.
    waiting.promise.catch(() => undefined);
  }

  return {
    post(...more) {
      // Without its thread nothing is written any more, as every commit will hear.
      if (closed || failure !== undefined) return posted;
      worker ??= start();
      entries.push(...more);
      posted += more.length;
      if (entries.length >= maxGroup) send(false);
      else timer ??= setTimeout(send, lazyMs, false).unref();
      return posted;
    },
    wait(durability, upTo = posted) {
      const flush = durability === 'flushed';
      if (failure === undefined && !flush && !isBehind && upTo <= written) return Promise.resolve();
      if (upTo > posted - entries.length || isBehind || (flush && last?.flush === false)) send(flush);
      if (failure !== undefined) return Promise.reject(failure);
      return last?.written ?? Promise.resolve();
    },
    async close() {
      closed = true;
      clearTimeout(timer);
      if (entries.length > 0) send(true);
      await Promise.allSettled([...answers.values()].map(({ promise }) => promise));
      if (worker === undefined || failure !== undefined) return;
      const ended = new Promise<void>((resolve) => worker?.once('exit', () => resolve()));
      worker.ref();
      worker.postMessage('close');
      await ended;
    },
  };
}

function unwritten(path: string, reason: string, isFull: boolean): MillraceError {
  if (isFull) {
    return new MillraceError(
      'destination-full',
      `There is no room left for ${path}, in which Millrace writes down what it does. Free some space.`,
      { detail: reason, retriable: true },
    );
  }
  return new MillraceError(
    'store-unusable',
    `Millrace cannot write down what it does in ${path} (${reason}), and does nothing it could not undo.`,
    { detail: reason },
  );
}
