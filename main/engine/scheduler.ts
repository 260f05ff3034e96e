/** A job whose header has been read and that waits for a lane. */
export interface Candidate {
  /** Order of intake. */
  readonly id: number;
  /** Estimated CPU milliseconds. */
  readonly cost: number;
  /** Estimated bytes. */
  readonly memory: number;
  /** How often a smaller job went first because this one did not fit in memory. */
  readonly passedOver: number;
}

/** After this often nothing overtakes a large job any more: the memory is left to drain until it fits. */
const patience = 16;

/**
 * Which job to start next: the longest one that fits, so that no long job is left alone at the end while other cores
 * idle (longest processing time first: Graham, SIAM J. Appl. Math. 17, 1969). `undefined`: wait for memory.
 */
export function pickNext<C extends Candidate>(
  candidates: Iterable<C>,
  fits: (bytes: number) => boolean,
): { readonly next: C; readonly passed: readonly C[] } | undefined {
  const longestFirst = [...candidates].sort((a, b) => b.cost - a.cost || a.id - b.id);
  const passed: C[] = [];
  for (const candidate of longestFirst) {
    if (fits(candidate.memory)) return { next: candidate, passed };
    if (candidate.passedOver >= patience) return undefined;
    passed.push(candidate);
  }
  return undefined;
}
