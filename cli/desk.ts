import { totalmem } from 'node:os';
import type { Offered } from '../contract/batch.ts';
import type { Recipe } from '../contract/recipe.ts';
import { createMemoryBudget, type MemoryBudget } from '../main/engine/admission.ts';
import { systemClock } from '../main/engine/clock.ts';
import { sourcesByKind } from '../main/engine/sources-by-kind.ts';
import type { IntakeStream, OutputWriter, World } from '../main/engine/world.ts';
import { describeHead } from '../main/files/picture-head.ts';
import { createFileSources } from '../main/files/sources.ts';
import { createLinkSources } from '../main/net/link-sources.ts';
import type { PoolStats, WorkerPool } from '../main/workers/pool.ts';
import { takeIn } from '../main/files/intake.ts';

/** Everything the command line works with, put together from real disks, links and processes. */
export interface Desk {
  readonly world: World;
  readonly budget: MemoryBudget;
  intake(offered: Offered, recipe: Recipe, signal: AbortSignal): IntakeStream;
  stats(): PoolStats;
  /** Everything has been started: workers may go as soon as they have nothing to do. */
  cool(): void;
}

export interface DeskOptions {
  readonly workers: WorkerPool;
  /** Memory for pictures in work, bytes; half of the machine's when undefined. */
  readonly memory: number | undefined;
  readonly allowPrivateLinks: boolean;
  readonly outputs: OutputWriter;
}

export function openDesk({ workers, outputs, memory, allowPrivateLinks }: DeskOptions): Desk {
  // In a container the machine's memory is not ours.
  const machine = Math.min(totalmem(), process.constrainedMemory() || Infinity);
  return {
    world: {
      sources: sourcesByKind({
        file: createFileSources(),
        link: createLinkSources({
          allowPrivate: allowPrivateLinks,
          clock: systemClock,
          describe: describeHead,
        }),
      }),
      outputs,
      workers,
      clock: systemClock,
    },
    budget: createMemoryBudget(memory ?? machine / 2, machine),
    intake: takeIn,
    stats: workers.stats,
    cool: workers.cool,
  };
}
