import type { LogLevel } from '../contract/envelope.ts';
import type { Recipe } from '../contract/recipe.ts';
import { type MemoryBudget } from '../main/engine/admission.ts';
import type { IntakeStream, World } from '../main/engine/world.ts';
import { type PoolStats } from '../main/workers/pool.ts';
/** Everything the command line works with, put together from real disks, links and processes. */
export interface Desk extends AsyncDisposable {
  readonly world: World;
  readonly budget: MemoryBudget;
  intake(inputs: readonly string[], recipe: Recipe, signal: AbortSignal): IntakeStream;
  stats(): PoolStats;
}
export interface DeskOptions {
  /** Path of the worker's entry. */
  readonly worker: string;
  /** Worker processes. */
  readonly jobs: number;
  /** Memory for pictures in work, bytes; half of the machine's when undefined. */
  readonly memory: number | undefined;
  readonly allowPrivateLinks: boolean;
  readonly log: (level: LogLevel, message: string) => void;
}
export declare function openDesk(options: DeskOptions): Desk;
