import { cancelled, MillraceError } from '../../contract/errors.ts';

/** How a process ended, as its host can tell. Code 0 is no success: a worker is not supposed to end by itself. */
export type EndOfProcess =
  | { readonly kind: 'exited'; readonly code: number }
  /** By a signal it raised or was sent from outside, or as the system reports a crash (`reason`). */
  | { readonly kind: 'crashed'; readonly reason: string }
  | { readonly kind: 'out-of-memory' }
  /** The system would not start it. */
  | { readonly kind: 'start-failed'; readonly reason: string };

/** Why a worker that did nothing wrong was asked to finish. */
export type RetireReason = 'idle' | 'jobs' | 'memory' | 'shutdown';

/** How a worker ended: what its slot decided, or else what the host saw. */
export type Termination =
  | EndOfProcess
  /** Asked to finish, and did (or was ended after the grace). */
  | { readonly kind: 'retired'; readonly why: RetireReason }
  /** Ended by its slot: its job was cancelled, or it hung up and lived on. */
  | { readonly kind: 'killed'; readonly why: 'cancelled' | 'hung-up' }
  | { readonly kind: 'timed-out'; readonly what: 'start' | 'job'; readonly limitMs: number }
  | { readonly kind: 'spoke-garbage'; readonly detail: string };

/** For the log and for the detail of an error. */
export function describeTermination(termination: Termination): string {
  switch (termination.kind) {
    case 'exited':
      return `exited with code ${String(termination.code)}`;
    case 'crashed':
      return `crashed (${termination.reason})`;
    case 'out-of-memory':
      return 'ran out of memory';
    case 'start-failed':
      return `could not be started: ${termination.reason}`;
    case 'retired':
      return retirements[termination.why];
    case 'killed':
      return termination.why === 'cancelled'
        ? 'was ended because its job was cancelled'
        : 'closed its channel and was ended';
    case 'timed-out':
      return termination.what === 'start'
        ? `was not ready after ${seconds(termination.limitMs)}`
        : `had not finished its job after ${seconds(termination.limitMs)}`;
    case 'spoke-garbage':
      return `sent something unreadable: ${termination.detail}`;
  }
}

const retirements: Readonly<Record<RetireReason, string>> = {
  idle: 'ended because there was nothing to do',
  jobs: 'was recycled after its number of jobs',
  memory: 'was recycled because its memory had grown',
  shutdown: 'ended with the pool',
};

/**
 * What an attempt is told whose worker ended under it. Always worth another attempt, on another worker.
 *
 * @param name the source as a person calls it
 * @param output what the worker wrote last
 */
export function terminationError(termination: Termination, name: string, output: string): MillraceError {
  const detail = [`The worker ${describeTermination(termination)}.`, output]
    .filter((text) => text !== '')
    .join('\n');
  const options = { detail, retriable: true };
  switch (termination.kind) {
    case 'crashed':
      return new MillraceError(
        'worker-crashed',
        `The worker crashed while it worked on ${name}. The original is untouched; try again, and set the file aside if it happens again.`,
        options,
      );
    case 'exited':
    case 'killed':
    case 'start-failed':
      return new MillraceError(
        'worker-exited',
        `The worker ended while it worked on ${name}. The original is untouched; try again.`,
        options,
      );
    case 'out-of-memory':
      return new MillraceError(
        'worker-out-of-memory',
        `The worker ran out of memory while it worked on ${name}. Try again with fewer jobs at once, or resize the picture elsewhere first.`,
        options,
      );
    case 'timed-out':
      return new MillraceError(
        'worker-timed-out',
        `${name} was given up after ${seconds(termination.limitMs)}, far longer than a picture of its size should take. Try again when the computer is less busy.`,
        options,
      );
    case 'spoke-garbage':
      return new MillraceError(
        'worker-spoke-garbage',
        `The worker answered with something unreadable while it worked on ${name}. Try again; restart Millrace if it happens with other files too.`,
        options,
      );
    case 'retired':
      return cancelled();
  }
}

/**
 * What everyone is told when workers die before they are ready.
 *
 * @param deaths how many in a row
 */
export function cannotStartError(deaths: number, last: Termination, output: string): MillraceError {
  return new MillraceError(
    'workers-cannot-start',
    `Millrace cannot start its workers: ${String(deaths)} in a row ended before they were ready. Restart Millrace; if it happens again, reinstall it.`,
    {
      detail: [`The last one ${describeTermination(last)}.`, output].filter((text) => text !== '').join('\n'),
    },
  );
}

function seconds(ms: number): string {
  return `${String(Math.round(ms / 100) / 10)} s`;
}
