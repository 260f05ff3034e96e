import { describe, expect, it } from 'vitest';
import { oneAtATime } from './one-at-a-time.ts';

describe('one at a time', () => {
  it('begins a call when the one before has ended, well or badly', async () => {
    const begun: string[] = [];
    const gates = new Map<string, PromiseWithResolvers<string>>();
    const turn = oneAtATime();
    const work = (name: string): Promise<string> =>
      turn(() => {
        begun.push(name);
        const gate = Promise.withResolvers<string>();
        gates.set(name, gate);
        return gate.promise;
      });
    const calls = [work('a'), work('b'), work('c')];
    await Promise.resolve();
    expect(begun).toEqual(['a']);
    gates.get('a')?.reject(new Error('broken'));
    await expect(calls[0]).rejects.toThrow('broken');
    await Promise.resolve();
    expect(begun).toEqual(['a', 'b']);
    gates.get('b')?.resolve('done b');
    await expect(calls[1]).resolves.toBe('done b');
    await Promise.resolve();
    expect(begun).toEqual(['a', 'b', 'c']);
    gates.get('c')?.resolve('done c');
    await expect(calls[2]).resolves.toBe('done c');
  });
});
