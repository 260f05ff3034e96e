import { describe, expect, it } from 'vitest';
import { slotEvents, slotStates, transition, type SlotEvent, type SlotState } from './slot-state.ts';

/** The plan's life of a slot: state, event, what it leads to. Every other pair is refused. */
const life: readonly (readonly [SlotState, SlotEvent, SlotState])[] = [
  ['idle', 'start', 'starting'],
  ['starting', 'hello', 'ready'],
  ['starting', 'drain', 'draining'],
  ['starting', 'end', 'crashed'],
  ['ready', 'lease', 'busy'],
  ['ready', 'drain', 'draining'],
  ['ready', 'end', 'crashed'],
  ['busy', 'answer', 'ready'],
  ['busy', 'drain', 'draining'],
  ['busy', 'end', 'crashed'],
  ['draining', 'end', 'stopped'],
  ['stopped', 'start', 'starting'],
  ['crashed', 'back-off', 'backing-off'],
  ['crashed', 'quarantine', 'quarantined'],
  ['backing-off', 'rest', 'idle'],
  ['quarantined', 'rest', 'idle'],
];

describe('every state and event', () => {
  it.each(slotStates.flatMap((state) => slotEvents.map((event) => [state, event] as const)))(
    '%s, %s',
    (state, event) => {
      const next = life.find(([from, by]) => from === state && by === event)?.[2];
      if (next !== undefined) expect(transition(state, event)).toBe(next);
      else {
        expect(() => transition(state, event)).toThrow(
          expect.objectContaining({
            name: 'MillraceError',
            code: 'internal',
            message: `A slot that is ${state} cannot take "${event}".`,
          }),
        );
      }
    },
  );
});
