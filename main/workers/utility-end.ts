import { heapIsFull } from './worker-heap.ts';
import type { EndOfProcess } from './terminations.ts';

/** What Electron has told of a utility process's end, in whatever order it came. */
export interface UtilityEnd {
  /** V8's own words, before it aborts. */
  fatalError: string | undefined;
  /** Of `exit`. 0 also after a kill on POSIX. */
  exitCode: number | undefined;
  /** Of `child-process-gone`. */
  gone: { readonly reason: GoneReason; readonly exitCode: number } | undefined;
}

/** Electron's words for it. */
export type GoneReason =
  | 'clean-exit'
  | 'abnormal-exit'
  | 'killed'
  | 'crashed'
  | 'oom'
  | 'launch-failed'
  | 'integrity-failure'
  | 'memory-eviction';

/** @param output the last that the process wrote */
export function judgeUtilityEnd(end: UtilityEnd, output: string): EndOfProcess {
  if (heapIsFull(output) || (end.fatalError !== undefined && heapIsFull(end.fatalError))) {
    return { kind: 'out-of-memory' };
  }
  const code = end.exitCode ?? end.gone?.exitCode ?? 0;
  switch (end.gone?.reason) {
    case 'oom':
    case 'memory-eviction':
      return { kind: 'out-of-memory' };
    case 'launch-failed':
    case 'integrity-failure':
      return { kind: 'start-failed', reason: `${end.gone.reason}, code ${String(end.gone.exitCode)}` };
    case 'crashed':
    case 'killed':
      return { kind: 'crashed', reason: `${end.gone.reason}, code ${String(end.gone.exitCode)}` };
    case 'abnormal-exit':
    case 'clean-exit':
    case undefined:
      if (end.fatalError !== undefined) return { kind: 'crashed', reason: end.fatalError };
      return { kind: 'exited', code };
  }
}
