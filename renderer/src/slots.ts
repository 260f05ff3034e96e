/**
 * Numbers for things in view, so that one that comes into view gets what one has left that went out of it, and all
 * others keep theirs, in whatever order they are.
 *
 * The function it gives takes what is in view now and gives a number for each, none of them twice.
 */
export function createSlots(): (ids: readonly number[]) => number[] {
  let taken = new Map<number, number>();
  return (ids) => {
    const before = taken;
    taken = new Map();
    for (const id of ids) {
      const slot = before.get(id);
      if (slot !== undefined) taken.set(id, slot);
    }
    const used = new Set(taken.values());
    let next = 0;
    for (const id of ids) {
      if (taken.has(id)) continue;
      while (used.has(next)) next += 1;
      taken.set(id, next);
      next += 1;
    }
    return ids.map((id) => taken.get(id) ?? 0);
  };
}
