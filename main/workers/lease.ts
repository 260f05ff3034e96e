import { cancelled, type MillraceError } from '../../contract/errors.ts';
import type { RpcClient } from '../../contract/rpc/client.ts';
import type { WorkerProtocol } from '../../contract/worker-protocol.ts';
import { afterRunning, type RunningTimeOptions } from './running-time.ts';
import type { JobSize } from './time-limit.ts';
import { terminationError, type Termination } from './terminations.ts';

/** One question to a worker that someone waits for: an attempt at a job, or a preview. */
export interface Run {
  /** The source as a person calls it. */
  readonly name: string;
  readonly size: JobSize;
  readonly signal: AbortSignal;
  /** A worker works on it now. */
  readonly onStarted: () => void;
  readonly ask: (client: RpcClient<WorkerProtocol>, options: AskOptions) => Promise<Answer>;
  readonly reject: (error: MillraceError) => void;
}

/** Passed on to the call. */
export interface AskOptions {
  readonly signal: AbortSignal;
  readonly onLetGo: () => void;
}

export interface Answer {
  /** Gives it to whoever waits. */
  tell(): void;
  /** Resident memory of the worker after it, bytes. */
  readonly residentBytes: number;
}

/** A run whose bytes a worker has: the one it works on, or the one it works on next. */
export interface Lease {
  readonly size: JobSize;
  /** The worker has nothing before it any more. The clock starts. */
  begin(): void;
  /** Gives back a run that has not begun; nobody is told. Undefined when it was cancelled in the meantime. */
  takeBack(): Run | undefined;
  /** The worker is gone; the run is told, unless it has its answer. */
  workerEnded(termination: Termination, output: string): void;
}

export interface LeaseTerms extends RunningTimeOptions {
  readonly client: RpcClient<WorkerProtocol>;
  /** Whether messages still pass between the worker and us. */
  readonly connected: () => boolean;
  /** Milliseconds in which the worker can run. */
  readonly limitMs: number;
  /** How long the worker may take to let go of a cancelled job, milliseconds. */
  readonly cancelMs: number;
  /** The worker has let go of the job; `residentBytes` of it unless it failed or was cancelled. Not called once the worker is lost. */
  readonly onReleased: (residentBytes?: number) => void;
  /** The run was cancelled before it began. */
  readonly onWithdrawn: () => void;
  /** The job has taken longer than its limit. It remains leased until the worker has ended. */
  readonly onOverdue: () => void;
  /** The worker does not let go of a cancelled job. The run has been told; the worker is of no use any more. */
  readonly onStuck: () => void;
}

/** Sends a run to a worker. It is worked on from `begin` on. */
export function openLease(run: Run, terms: LeaseTerms): Lease {
  const { clock, client } = terms;
  const { signal } = run;
  const call = new AbortController();
  let state: 'staged' | 'running' | 'cancelling' | 'over' = 'staged';
  let forgetTimer = (): void => undefined;

  function end(): void {
    state = 'over';
    forgetTimer();
    signal.removeEventListener('abort', cancel);
  }

  function answered(answer: Answer): void {
    if (state === 'over') return;
    end();
    answer.tell();
    terms.onReleased(answer.residentBytes);
  }

  function failed(error: MillraceError): void {
    // A cancelled call rejects before the worker has let go; a lost connection is explained by the worker's end.
    if (state !== 'running' || !terms.connected()) return;
    end();
    run.reject(error);
    terms.onReleased();
  }

  function cancel(): void {
    if (state === 'staged') {
      end();
      call.abort();
      run.reject(cancelled());
      terms.onWithdrawn();
      return;
    }
    state = 'cancelling';
    forgetTimer();
    forgetTimer = clock.after(terms.cancelMs, () => {
      end();
      run.reject(cancelled());
      terms.onStuck();
    });
    call.abort();
  }

  function letGo(): void {
    if (state !== 'cancelling') return;
    end();
    run.reject(cancelled());
    if (terms.connected()) terms.onReleased();
  }

  signal.addEventListener('abort', cancel, { once: true });
  run.ask(client, { signal: call.signal, onLetGo: letGo }).then(answered, failed);

  return {
    size: run.size,
    begin() {
      state = 'running';
      forgetTimer = afterRunning(terms.limitMs, terms.onOverdue, terms);
      run.onStarted();
    },
    takeBack() {
      if (state !== 'staged') return undefined;
      end();
      call.abort();
      return run;
    },
    workerEnded(termination, output) {
      if (state === 'over') return;
      const error = state === 'cancelling' ? cancelled() : terminationError(termination, run.name, output);
      end();
      run.reject(error);
    },
  };
}
