import { describe, expect, it } from 'vitest';
import { giveBack } from './give-back.ts';

describe('bytes given back', () => {
  it('are empty, and their memory is free', () => {
    const before = process.memoryUsage().arrayBuffers;
    const bytes = new Uint8Array(50e6);
    expect(process.memoryUsage().arrayBuffers - before).toBeGreaterThan(40e6);
    giveBack(bytes);
    expect(bytes.length).toBe(0);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(10e6);
  });

  it('may be given back twice, and be numbers of 16 bits', () => {
    const samples = new Uint16Array(100);
    giveBack(samples);
    giveBack(samples);
    expect(samples.length).toBe(0);
  });

  it.each([
    ['of a larger buffer', new Uint8Array(100).subarray(1)],
    ['shared with a thread', new Uint8Array(new SharedArrayBuffer(100))],
    ["of Node's pool", Buffer.from('abc')],
  ])('stay as they are when they are part %s', (_what, bytes) => {
    const { length } = bytes;
    giveBack(bytes);
    expect(bytes.length).toBe(length);
  });
});
