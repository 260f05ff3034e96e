import * as v from 'valibot';
import { wireErrorSchema } from './errors.ts';
import { count } from './primitives.ts';

/**
 * Version of everything that crosses a port. Both ends say it in `hello`; a difference ends the conversation,
 * because processes of one build never differ and those of two builds must not guess.
 */
export const protocolVersion = 1;

const id = count;
const version = v.pipe(v.number(), v.safeInteger());

export const logLevels = ['error', 'warn', 'info', 'debug'] as const;
export type LogLevel = (typeof logLevels)[number];

/** The ten kinds of message. Payloads are checked a second time, against the schema of their method or event. */
export const envelopeSchema = v.variant('kind', [
  v.object({
    v: version,
    kind: v.literal('hello'),
    /** How many requests the speaker takes before it grants more. */
    credit: count,
    info: v.unknown(),
  }),
  v.object({
    v: version,
    kind: v.literal('request'),
    id,
    method: v.string(),
    params: v.unknown(),
    /** Someone listens to its progress. */
    progress: v.optional(v.literal(true)),
  }),
  v.object({ v: version, kind: v.literal('cancel'), id }),
  v.object({
    v: version,
    kind: v.literal('response'),
    id,
    outcome: v.variant('ok', [
      v.object({ ok: v.literal(true), result: v.unknown() }),
      v.object({ ok: v.literal(false), error: wireErrorSchema }),
    ]),
  }),
  v.object({ v: version, kind: v.literal('progress'), id, value: v.unknown() }),
  v.object({ v: version, kind: v.literal('event'), name: v.string(), payload: v.unknown() }),
  v.object({
    v: version,
    kind: v.literal('credit'),
    amount: v.pipe(v.number(), v.safeInteger(), v.minValue(1)),
  }),
  v.object({
    v: version,
    kind: v.literal('log'),
    level: v.picklist(logLevels),
    message: v.string(),
  }),
  v.object({ v: version, kind: v.literal('shutdown') }),
  v.object({ v: version, kind: v.literal('bye') }),
]);

export type Envelope = v.InferOutput<typeof envelopeSchema>;
export type EnvelopeOf<Kind extends Envelope['kind']> = Extract<Envelope, { kind: Kind }>;
/** An envelope as a caller writes it; `seal` adds the version. */
export type Unsealed<E extends Envelope = Envelope> = E extends Envelope ? Omit<E, 'v'> : never;

export function seal(envelope: Unsealed): Envelope {
  return { v: protocolVersion, ...envelope };
}
