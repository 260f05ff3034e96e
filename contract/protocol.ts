import * as v from 'valibot';

type Schema = v.GenericSchema;

/** What a method takes, gives back and says on the way, as schemas that are checked at the door. */
export interface MethodSchemas {
  readonly params: Schema;
  readonly result: Schema;
  readonly progress: Schema;
}

/**
 * One conversation between two processes. Clients, servers and the preload's types are derived from it; nothing
 * is mirrored by hand.
 */
export interface Protocol {
  /** What the server says of itself in `hello`. */
  readonly hello: Schema;
  readonly requests: Readonly<Record<string, MethodSchemas>>;
  /** What the server tells without being asked. */
  readonly events: Readonly<Record<string, Schema>>;
}

export type Method<P extends Protocol> = keyof P['requests'] & string;
export type Params<P extends Protocol, M extends Method<P>> = v.InferOutput<P['requests'][M]['params']>;
export type Result<P extends Protocol, M extends Method<P>> = v.InferOutput<P['requests'][M]['result']>;
export type Progress<P extends Protocol, M extends Method<P>> = v.InferOutput<P['requests'][M]['progress']>;
export type EventName<P extends Protocol> = keyof P['events'] & string;
export type EventPayload<P extends Protocol, E extends EventName<P>> = v.InferOutput<P['events'][E]>;
export type HelloInfo<P extends Protocol> = v.InferOutput<P['hello']>;

/** Keeps the exact types of the schemas while checking the shape. */
export function defineProtocol<const P extends Protocol>(protocol: P): P {
  return protocol;
}
