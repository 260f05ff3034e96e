import * as v from 'valibot';

// The small schemas that messages are made of.

/** A number of things, or a number that stands for one. */
export const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0));

/** A time that has passed. */
export const milliseconds = v.pipe(v.number(), v.minValue(0));

export const bytes = v.custom<Uint8Array>((value) => value instanceof Uint8Array, 'expected bytes');
