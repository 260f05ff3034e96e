import { MillraceError } from '../../contract/errors.ts';

/** Memory that jobs in flight may take together. */
export interface MemoryBudget {
  readonly used: number;
  /** Whether a job of this size could be admitted now. */
  fits(bytes: number): boolean;
  /** Whether it could never be, not even alone. */
  impossible(bytes: number): boolean;
  admit(bytes: number): void;
  release(bytes: number): void;
}

/**
 * A budget of `limit` bytes. A job larger than the budget is admitted alone, since the estimate is of its worst case;
 * one larger than `ceiling` (the machine's memory) is not admitted at all.
 */
export function createMemoryBudget(limit: number, ceiling: number): MemoryBudget {
  let used = 0;
  return {
    get used() {
      return used;
    },
    fits: (bytes) => used === 0 || used + bytes <= limit,
    impossible: (bytes) => bytes > Math.max(limit, ceiling),
    admit(bytes) {
      used += bytes;
    },
    release(bytes) {
      used -= bytes;
    },
  };
}

/** @param name the source as a person calls it; @param memory bytes */
export function tooLarge(name: string, memory: number): MillraceError {
  return new MillraceError(
    'not-enough-memory',
    `${name} needs about ${(memory / 1024 ** 3).toFixed(1)} GB of memory to be worked on, more than this computer has. Resize it elsewhere first.`,
  );
}
