import { serialize } from 'node:v8';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { rawFrame, v8Bomb } from '../../tests/fixtures/raw-frames.ts';
import { MillraceError } from '../errors.ts';
import { createFrameReader, toFrame } from './frames.ts';

const seed = 20;

/** What a reader delivers of pieces until it finds something unreadable, and that. */
function readAll(pieces: readonly Uint8Array[]): { messages: unknown[]; error: unknown } {
  const messages: unknown[] = [];
  const read = createFrameReader((message) => messages.push(message));
  try {
    for (const piece of pieces) read(piece);
    return { messages, error: undefined };
  } catch (error) {
    return { messages, error };
  }
}

/** The same bytes in pieces that end after these lengths. */
function cut(bytes: Uint8Array, lengths: readonly number[]): Uint8Array[] {
  const pieces: Uint8Array[] = [];
  let from = 0;
  for (const length of lengths) {
    pieces.push(bytes.subarray(from, from + length));
    from += length;
  }
  return [...pieces, bytes.subarray(from)];
}

const field = fc.oneof(
  fc.string(),
  fc.string().map((text) => `=${text}`),
  fc.constant('=0+1'),
);
const { message: plain } = fc.letrec((tie) => ({
  message: fc.oneof(
    { maxDepth: 4 },
    fc.constantFrom(null, true, false, ''),
    fc.double({ noNaN: true, noDefaultInfinity: true }).map((number) => (number === 0 ? 0 : number)),
    field,
    fc.uint8Array({ maxLength: 50 }),
    fc.array(tie('message'), { maxLength: 5 }),
    fc.dictionary(field, tie('message'), { maxKeys: 5 }),
  ),
}));
const lengths = fc.array(fc.nat(60), { maxLength: 40 });

describe('frames', () => {
  it('bring plain data over, wherever the stream is cut', () => {
    fc.assert(
      fc.property(fc.array(plain, { maxLength: 4 }), lengths, (messages, pieces) => {
        const stream = Buffer.concat(messages.flatMap(toFrame));
        const read = readAll(cut(stream, pieces));
        expect(read.error).toBeUndefined();
        expect(read.messages).toEqual(messages.map(withoutPrototypes));
      }),
      { seed, numRuns: 1000 },
    );
  });

  it('leave out fields that are undefined', () => {
    const read = readAll(toFrame({ a: undefined, b: [{ c: undefined }] }));
    expect(read.messages).toStrictEqual([{ b: [{}] }]);
  });

  it('carry bytes as they are: nothing is copied to be sent, views are given of what came whole', () => {
    const bytes = new Uint8Array([9, 8, 7]).subarray(1);
    expect(toFrame({ bytes })[1]).toBe(bytes);
    const stream = Buffer.concat(toFrame({ bytes }));
    const [message] = readAll([stream]).messages as [{ bytes: Uint8Array }];
    expect(message.bytes.buffer).toBe(stream.buffer);
    expect(message.bytes.constructor).toBe(Uint8Array);
    expect(message.bytes).toEqual(bytes);
  });

  it('carry more bytes than there is room for at first', () => {
    const piece = new Uint8Array(30e6).map((_, index) => index % 251);
    const [message] = readAll([
      rawFrame('"=0+150000000"', { bytesLength: 150e6 }),
      ...Array<Uint8Array>(5).fill(piece),
    ]).messages as [Uint8Array];
    for (let from = 0; from < 150e6; from += 30e6)
      expect(Buffer.compare(message.subarray(from, from + 30e6), piece)).toBe(0);
  });

  it.each<readonly [string, unknown]>([
    ['undefined', undefined],
    ['undefined in a list', [undefined]],
    ['a function', { a: () => 1 }],
    ['a symbol', Symbol('a')],
    ['a big integer', 1n],
    ['no number', NaN],
    ['no end of a number', -Infinity],
    ['a map', new Map()],
    ['a date', new Date(0)],
    ['an error', new Error('a')],
    ['other numbers than bytes', new Float32Array(2)],
    ['too much text', 'x'.repeat(2 ** 20)],
  ])('are not made of %s', (_name, message) => {
    expect(() => toFrame(message)).toThrow(TypeError);
  });

  it('are not made of circles', () => {
    const circle: Record<string, unknown> = {};
    circle['self'] = circle;
    expect(() => toFrame(circle)).toThrow(RangeError);
  });
});

describe('bytes that are no frame', () => {
  const nested = '['.repeat(500_000);

  it.each([
    ['text without end', rawFrame('{}', { textLength: 2 ** 32 - 1 })],
    ['text that is a byte too long', rawFrame('{}', { textLength: 2 ** 20 + 1 })],
    ['no text', rawFrame('')],
    ['no JSON', rawFrame('{"a":')],
    ['no UTF-8', rawFrame(new Uint8Array([0x22, 0xff, 0x22]))],
    ['lists in lists in lists', rawFrame(nested + nested.replaceAll('[', ']'))],
    ['bytes behind the last', rawFrame('"=1+8"', { bytes: new Uint8Array(8) })],
    ['bytes before the first', rawFrame('"=-1+1"', { bytes: new Uint8Array(8) })],
    ['bytes where none are', rawFrame('"=0+9999999999"')],
    ['a place that is none', rawFrame('"=a"', { bytes: new Uint8Array(8) })],
    ['what V8 writes', rawFrame(serialize({ a: 1 }))],
    ['what V8 cannot bear', rawFrame(v8Bomb())],
    ['what Node writes to its own channel', serialize({ a: 1 })],
  ])('%s: is told as such, and what came before is delivered', (_name, bytes) => {
    const read = readAll([...toFrame('before'), bytes]);
    expect(read.messages).toEqual(['before']);
    expect(read.error).toMatchObject({
      code: 'protocol-error',
      message: 'Something came that is no message.',
    });
  });

  it('bytes that are only announced take little room', () => {
    const before = process.memoryUsage().arrayBuffers;
    const { messages } = readAll([rawFrame('{}', { bytesLength: 2 ** 32 - 1, bytes: new Uint8Array(10) })]);
    expect(messages).toEqual([]);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(150e6);
  });

  it('keys that mean something to objects are keys like others', () => {
    const [message] = readAll([rawFrame('{"__proto__":{"polluted":true}}')]).messages;
    expect(Object.keys(message as object)).toEqual(['__proto__']);
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
  });

  it('put bytes under a name like any other, and make no prototype of them', () => {
    const [message] = readAll([rawFrame('{"__proto__":"=0+2"}', { bytes: new Uint8Array(2) })]).messages;
    expect(Object.entries(message as object)).toEqual([['__proto__', new Uint8Array(2)]]);
    expect(Object.getPrototypeOf(message)).toBe(Object.prototype);
  });

  it('are read or refused, whatever they are', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), lengths, (bytes, pieces) => {
        expectTyped(readAll(cut(bytes, pieces)).error);
      }),
      { seed, numRuns: 2000 },
    );
  });

  it('are read or refused when they were frames and some are changed', () => {
    const change = fc.record({ at: fc.nat(2000), to: fc.nat(255) });
    fc.assert(
      fc.property(
        fc.array(plain, { maxLength: 3 }),
        fc.array(change, { maxLength: 5 }),
        lengths,
        (messages, changes, pieces) => {
          const stream = Buffer.concat(messages.flatMap(toFrame));
          for (const { at, to } of changes) if (at < stream.length) stream[at] = to;
          expectTyped(readAll(cut(stream, pieces)).error);
        },
      ),
      { seed, numRuns: 2000 },
    );
  });
});

function expectTyped(error: unknown): void {
  if (error === undefined) return;
  expect(error).toBeInstanceOf(MillraceError);
  expect(error).toMatchObject({ code: 'protocol-error' });
}

/** Generated objects may have none; what arrives has. */
function withoutPrototypes(value: unknown): unknown {
  if (value instanceof Uint8Array || typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(withoutPrototypes);
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, withoutPrototypes(each)]));
}
