import * as v from 'valibot';

// The small schemas that messages are made of.

/** A number of things, or a number that stands for one. */
export const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0));

/** A time that has passed. */
export const milliseconds = v.pipe(v.number(), v.minValue(0));

/** SHA-256 in hexadecimal. */
export const sha256 = v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/, 'expected a SHA-256'));

export const bytes = v.custom<Uint8Array>((value) => value instanceof Uint8Array, 'expected bytes');
