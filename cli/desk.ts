import { totalmem } from 'node:os';
import type { Offered } from '../contract/batch.ts';
import type { LogLevel } from '../contract/envelope.ts';
import type { Recipe } from '../contract/recipe.ts';
import { createMemoryBudget, type MemoryBudget } from '../main/engine/admission.ts';
import { systemClock } from '../main/engine/clock.ts';
import { sourcesByKind } from '../main/engine/sources-by-kind.ts';
import type { IntakeStream, OutputWriter, World } from '../main/engine/world.ts';
import { describeHead } from '../main/files/picture-head.ts';
import { createFileSources } from '../main/files/sources.ts';
import { createLinkSources } from '../main/net/link-sources.ts';
import { createChildHost } from '../main/workers/child-host.ts';
import { createPool, type PoolStats } from '../main/workers/pool.ts';
import { takeIn } from '../main/files/intake.ts';

/** Everything the command line works with, put together from real disks, links and processes. */
export interface Desk extends AsyncDisposable {
  readonly world: World;
  readonly budget: MemoryBudget;
  intake(offered: Offered, recipe: Recipe, signal: AbortSignal): IntakeStream;
  stats(): PoolStats;
}

export interface DeskOptions {
  /** Path of the worker's entry. */
  readonly worker: string;
  /** Worker processes. */
  readonly jobs: number;
  /** Runs that are about to come, for all that is known: their workers start meanwhile. */
  readonly expected: number;
  /** Memory for pictures in work, bytes; half of the machine's when undefined. */
  readonly memory: number | undefined;
  readonly allowPrivateLinks: boolean;
  readonly log: (level: LogLevel, message: string) => void;
  readonly outputs: OutputWriter;
}

export function openDesk(options: DeskOptions): Desk {
  const { log } = options;
  // In a container the machine's memory is not ours.
  const machine = Math.min(totalmem(), process.constrainedMemory() || Infinity);
  const pool = createPool({
    host: createChildHost({ entry: options.worker, log }),
    clock: systemClock,
    size: options.jobs,
    log,
  });
  pool.warm(options.expected);
  return {
    world: {
      sources: sourcesByKind({
        file: createFileSources(),
        link: createLinkSources({
          allowPrivate: options.allowPrivateLinks,
          clock: systemClock,
          describe: describeHead,
        }),
      }),
      outputs: options.outputs,
      workers: pool,
      clock: systemClock,
    },
    budget: createMemoryBudget(options.memory ?? machine / 2, machine),
    intake: takeIn,
    stats: pool.stats,
    [Symbol.asyncDispose]: () => pool[Symbol.asyncDispose](),
  };
}
