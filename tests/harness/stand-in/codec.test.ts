import { describe, expect, it } from 'vitest';
import { createCodec } from './codec.ts';

const { encode, decode } = createCodec();

describe('the codec of messages', () => {
  it.each([
    ['nothing', undefined],
    ['null', null],
    ['odd numbers', [Number.NaN, Infinity, -Infinity, -0, 0.1]],
    ['a big number', 2n ** 70n],
    ['text', 'é\0\u{1F600}'],
    ['an object with undefined', { a: undefined, b: { c: [] } }],
    ['an object that uses our own mark', { $: 'Date', v: 1, other: undefined }],
    ['a date', new Date(5)],
    ['a map and a set', [new Map<unknown, unknown>([[{ a: 1 }, new Set([1, undefined])]])]],
    ['bytes among others', { a: new Uint8Array([1, 2]), b: [new Float64Array([0.5])], c: new Uint8Array(0) }],
    ['a buffer', new Uint8Array([7, 8, 9]).buffer],
  ])('keeps %s', (_name, value) => {
    expect(decode(encode(value))).toStrictEqual(structuredClone(value));
  });

  it('keeps an error with its name', () => {
    const error = decode(encode(new RangeError('too much')));
    expect(error).toBeInstanceOf(Error);
    expect(error).toMatchObject({ name: 'RangeError', message: 'too much' });
  });

  it('gives bytes a memory of their own', () => {
    const bytes = new Uint8Array([1, 2, 3]).subarray(1);
    const copy = decode(encode(bytes)) as Uint8Array;
    expect(copy).toEqual(new Uint8Array([2, 3]));
    expect(copy.buffer.byteLength).toBe(2);
  });

  it.each([
    ['a function', () => 1],
    ['a symbol', { a: Symbol('a') }],
    ['a promise', Promise.resolve()],
  ])('refuses %s', (_name, value) => {
    expect(() => encode(value)).toThrow(/could not be cloned/);
  });

  it('is whole in its own source, which is what a page gets', () => {
    // eslint-disable-next-line @typescript-eslint/no-implied-eval, @typescript-eslint/no-unsafe-call
    const other = new Function(
      `return (${createCodec.toString()})()`,
    )() as typeof createCodec extends () => infer C ? C : never;
    expect(other.decode(encode({ a: [1, new Uint8Array([1])] }))).toEqual({ a: [1, new Uint8Array([1])] });
  });
});
