import { basename } from 'node:path';
import type { BatchView } from '../../contract/app-state.ts';
import type { SkipReason } from '../../contract/batch.ts';

/** What was dropped and did not become a job: counted, with a few names to show. */
export interface LeftOut {
  add(path: string, reason: SkipReason): void;
  list(): BatchView['leftOut'];
}

const namesEach = 5;

export function createLeftOut(): LeftOut {
  const reasons = new Map<SkipReason, { count: number; readonly names: string[] }>();
  return {
    add(path, reason) {
      const entry = reasons.get(reason) ?? { count: 0, names: [] };
      reasons.set(reason, entry);
      entry.count += 1;
      if (entry.names.length < namesEach) entry.names.push(basename(path));
    },
    list: () => [...reasons].map(([reason, { count, names }]) => ({ reason, count, names: [...names] })),
  };
}
