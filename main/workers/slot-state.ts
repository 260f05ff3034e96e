import { MillraceError } from '../../contract/errors.ts';

/**
 * Where a slot is in its life.
 *
 * - `idle` has no worker and may start one
 * - `starting` has a process that has not said hello
 * - `ready` has a worker without a job, `busy` one with a job
 * - `draining` has told its worker to finish, or ended it after a cancelled job, and waits until it is gone
 * - `stopped` has no worker: the last one went as it was told
 * - `crashed` has no worker: the last one went by itself or did wrong; what follows is decided at once
 * - `backing-off` waits before it may start another
 * - `quarantined` starts none while workers die before they are ready
 */
export const slotStates = [
  'idle',
  'starting',
  'ready',
  'busy',
  'draining',
  'stopped',
  'crashed',
  'backing-off',
  'quarantined',
] as const;
export type SlotState = (typeof slotStates)[number];

export const slotEvents = [
  'start',
  /** The worker said hello. */
  'hello',
  'lease',
  /** The worker has let go of its job: answered it, or acknowledged that it was cancelled. */
  'answer',
  'drain',
  /** The process is gone. */
  'end',
  'back-off',
  'quarantine',
  /** The wait is over, or workers can be started again. */
  'rest',
] as const;
export type SlotEvent = (typeof slotEvents)[number];

const table: Readonly<Record<SlotState, Readonly<Partial<Record<SlotEvent, SlotState>>>>> = {
  idle: { start: 'starting' },
  starting: { hello: 'ready', drain: 'draining', end: 'crashed' },
  ready: { lease: 'busy', drain: 'draining', end: 'crashed' },
  busy: { answer: 'ready', drain: 'draining', end: 'crashed' },
  draining: { end: 'stopped' },
  stopped: { start: 'starting' },
  crashed: { 'back-off': 'backing-off', quarantine: 'quarantined' },
  'backing-off': { rest: 'idle' },
  quarantined: { rest: 'idle' },
};

/** @throws MillraceError `internal` when nothing like that can happen to a slot in that state */
export function transition(state: SlotState, event: SlotEvent): SlotState {
  const next = table[state][event];
  if (next === undefined)
    throw new MillraceError('internal', `A slot that is ${state} cannot take "${event}".`);
  return next;
}
