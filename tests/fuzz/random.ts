import { createHash } from 'node:crypto';

/** A stream of numbers that is the same for the same seed, on every machine. */
export interface Random {
  /** A whole number from 0 up to, not including, `below`. */
  integer(below: number): number;
  pick<T>(list: readonly T[]): T;
  bytes(length: number): Uint8Array;
}

/** sfc32, seeded by a hash of any text (C. Doty-Humphrey, PractRand). */
export function createRandom(seed: string): Random {
  const hash = createHash('sha256').update(seed).digest();
  let [a, b, c, counter] = [hash.readInt32LE(0), hash.readInt32LE(4), hash.readInt32LE(8), 1];

  function next(): number {
    const sum = (a + b + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + sum) | 0;
    return sum >>> 0;
  }

  for (let warmUp = 0; warmUp < 12; warmUp += 1) next();
  const integer = (below: number): number => Math.floor((next() / 2 ** 32) * below);
  return {
    integer,
    pick(list) {
      const chosen = list[integer(list.length)];
      if (chosen === undefined) throw new Error('There is nothing to pick from.');
      return chosen;
    },
    bytes: (length) => Uint8Array.from({ length }, () => integer(256)),
  };
}
