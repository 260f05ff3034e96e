import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { BatchEvent } from '../../contract/batch.ts';
import { parseRecipe, type RecipeInput } from '../../contract/recipe.ts';
import { createMemoryBudget } from '../../main/engine/admission.ts';
import { startBatch } from '../../main/engine/batch.ts';
import { systemClock } from '../../main/engine/clock.ts';
import { createOutputs } from '../../main/files/outputs.ts';
import { createFileSources } from '../../main/files/sources.ts';
import { walk } from '../../main/files/walk.ts';
import { auditOutput, openCourt, type Court } from './audit.ts';
import { mutate } from './mutations.ts';
import { createRandom } from './random.ts';
import { seedKinds, type SeedKind, type Seeds } from './seeds.ts';
import { watchedPool, type LongAttempt, type WatchedPool } from './watched-pool.ts';

export interface CampaignOptions {
  readonly seed: string;
  readonly mutants: number;
  /** No further mutants are made after that, milliseconds. */
  readonly budgetMs: number;
  /** Path of the worker's entry. */
  readonly worker: string;
  readonly workers: number;
  /** What one attempt may take, milliseconds. */
  readonly limitMs: number;
  readonly tell?: (line: string) => void;
}

/** A mutant that ended a worker, or nearly did. */
export interface Killer {
  readonly kind: SeedKind;
  readonly index: number;
  readonly how: string;
  readonly code: string;
  readonly bytes: Uint8Array;
}

export interface Tally {
  mutants: number;
  /** Outputs that were opened and are of the size that was reported. */
  verified: number;
  /** Reasons given, by code. */
  readonly reasons: Map<string, number>;
}

export interface CampaignResult {
  readonly tallies: ReadonlyMap<SeedKind, Tally>;
  readonly killers: readonly Killer[];
  /** What must not be. */
  readonly violations: readonly string[];
  /** Resident bytes of this process after each round, garbage collected where that can be asked for. */
  readonly memory: readonly number[];
  readonly longest: LongAttempt;
  readonly workerPeakBytes: number;
  /** The longest that this process's event loop waited, milliseconds. */
  readonly stallMs: number;
  readonly retries: number;
  readonly elapsedMs: number;
}

const mutantsPerRound = 200;

/** A batch of which nothing is heard for so long stands still: attempts, kills and retries are over before. */
const patienceMs = 90_000;

/** Each round is one batch with one of these. */
const recipes: readonly RecipeInput[] = [
  { to: 'webp', effort: 'fast' },
  { to: 'jpeg', effort: 'fast', resize: { longestEdge: 64 }, metadata: 'copyright' },
  { to: 'keep', effort: 'fast' },
  { to: 'png', effort: 'fast', gps: 'strip' },
  { to: 'keep', effort: 'fast', resize: { percent: 50 }, colour: 'srgb' },
  { to: 'webp', effort: 'fast', lossless: true, rotate: 90 },
  { to: 'tiff', effort: 'fast', metadata: 'strip' },
  { to: 'jxl', effort: 'fast' },
  { to: 'avif', effort: 'fast', flip: 'horizontal' },
  { to: 'gif', effort: 'fast' },
];

/** A killed worker, or one that had to be. */
const deadly: ReadonlySet<string> = new Set([
  'worker-crashed',
  'worker-exited',
  'worker-timed-out',
  'worker-out-of-memory',
  'worker-spoke-garbage',
]);

interface Mutant {
  readonly kind: SeedKind;
  readonly index: number;
  readonly how: string;
  readonly bytes: Uint8Array;
}

interface Field {
  readonly seeds: Seeds;
  readonly pool: WatchedPool;
  readonly court: Court;
  readonly tallies: Map<SeedKind, Tally>;
  readonly killers: Killer[];
  readonly violations: string[];
  retries: number;
}

/** Spoils pictures and lets the real engine work on them, batch by batch, with real files and real workers. */
export async function runCampaign(seeds: Seeds, options: CampaignOptions): Promise<CampaignResult> {
  const { tell = () => undefined } = options;
  const startedAt = performance.now();
  const loop = monitorEventLoopDelay({ resolution: 10 });
  const field: Field = {
    seeds,
    pool: watchedPool(options.worker, options.workers, options.limitMs),
    court: await openCourt(),
    tallies: new Map(seedKinds.map((kind) => [kind, { mutants: 0, verified: 0, reasons: new Map() }])),
    killers: [],
    violations: [],
    retries: 0,
  };
  const memory: number[] = [];
  let made = 0;
  loop.enable();
  try {
    for (let round = 0; made < options.mutants; round += 1) {
      if (performance.now() - startedAt > options.budgetMs) break;
      const count = Math.min(mutantsPerRound, options.mutants - made);
      const mutants = Array.from({ length: count }, (_, index) =>
        makeMutant(seeds, options.seed, made + index),
      );
      await runRound(mutants, recipes[round % recipes.length] ?? {}, field);
      made += count;
      memory.push(residentBytes());
      tell(
        `${String(made)} mutants, ${String(field.violations.length)} violations, ${String(field.killers.length)} deadly`,
      );
    }
  } finally {
    loop.disable();
    await field.court.close();
    const left = await field.pool.close();
    if (left.length > 0) field.violations.push(`workers outlived their pool: ${left.join(', ')}`);
  }
  const longest = field.pool.longest();
  // Told by timers of a process that has to be given a core first.
  if (longest.ms > options.limitMs + 5_000)
    field.violations.push(`${longest.name} took ${longest.ms.toFixed(0)} ms of ${String(options.limitMs)}`);
  return {
    tallies: field.tallies,
    killers: field.killers,
    violations: field.violations,
    memory,
    longest,
    workerPeakBytes: field.pool.peakBytes(),
    stallMs: loop.max / 1e6,
    retries: field.retries,
    elapsedMs: performance.now() - startedAt,
  };
}

/** Mutant number `index` of a seed is the same in every run. */
export function makeMutant(seeds: Seeds, seed: string, index: number): Mutant {
  const random = createRandom(`${seed}:${String(index)}`);
  const kind = seedKinds[index % seedKinds.length] ?? 'jpeg';
  return { kind, index, ...mutate(random.pick(seeds[kind]), random.pick(seeds[kind]), random) };
}

async function runRound(mutants: readonly Mutant[], recipe: RecipeInput, field: Field): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'millrace-fuzz-'));
  try {
    const byName = new Map(mutants.map((mutant) => [`${String(mutant.index)}.jpg`, mutant]));
    await mkdir(join(folder, 'in'));
    for (const [name, { bytes }] of byName) await writeFile(join(folder, 'in', name), bytes);
    const told = new Set<string>();
    const batch = startBatch({
      recipe: parseRecipe({ ...recipe, output: { place: 'folder', folder: join(folder, 'out') } }),
      world: {
        sources: createFileSources(),
        outputs: createOutputs(),
        workers: field.pool,
        clock: systemClock,
      },
      budget: createMemoryBudget(2e9, 8e9),
    });
    batch.add(walk([join(folder, 'in')]));
    const still = new AbortController();
    const stuck = setTimeout(() => {
      still.abort();
      batch.close();
    }, patienceMs);
    for await (const event of batch.events) {
      stuck.refresh();
      await hear(event, byName, told, field);
      if (event.type === 'ended') break;
    }
    clearTimeout(stuck);
    batch.close();
    if (still.signal.aborted) {
      const first = String(mutants[0]?.index);
      field.violations.push(
        `the batch from mutant ${first} on stood still with ${String(told.size)} of ${String(mutants.length)} done`,
      );
      return;
    }
    for (const [name, mutant] of byName)
      if (!told.has(name))
        field.violations.push(`${describe(mutant)} was lost: it has no output and no reason`);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function hear(
  event: BatchEvent,
  byName: ReadonlyMap<string, Mutant>,
  told: Set<string>,
  field: Field,
): Promise<void> {
  if (event.type === 'stopped') field.violations.push(`a batch was stopped: ${event.error.message}`);
  if (!('job' in event) || event.job.source.kind !== 'file') return;
  const name = basename(event.job.source.path);
  const mutant = byName.get(name);
  if (mutant === undefined) return;
  const tally = field.tallies.get(mutant.kind);
  if (event.type === 'job.retried') {
    field.retries += 1;
    if (deadly.has(event.error.code)) field.killers.push({ ...mutant, code: event.error.code });
    return;
  }
  if (event.type === 'job.started') return;
  if (told.has(name)) field.violations.push(`${describe(mutant)} ended twice`);
  told.add(name);
  if (tally !== undefined) tally.mutants += 1;
  switch (event.type) {
    case 'job.done': {
      const wrong = await auditOutput(event.job, mutant.bytes, field.court);
      if (wrong === undefined) {
        if (tally !== undefined) tally.verified += 1;
      } else field.violations.push(`${describe(mutant)} has a bad output: ${wrong}`);
      return;
    }
    case 'job.failed': {
      const { code, message, detail = '' } = event.error;
      tally?.reasons.set(code, (tally.reasons.get(code) ?? 0) + 1);
      if (code === 'internal' || code === 'verify-failed' || message.trim() === '')
        field.violations.push(`${describe(mutant)} failed as ${code}: ${message} ${detail}`);
      return;
    }
    case 'job.skipped':
    case 'job.cancelled':
      field.violations.push(`${describe(mutant)} ended as ${event.type}`);
      return;
  }
}

function describe({ kind, index, how, bytes }: Mutant): string {
  const hash = createHash('sha256').update(bytes).digest('hex').slice(0, 12);
  return `mutant ${String(index)} (${kind}, ${how}, ${hash})`;
}

function residentBytes(): number {
  globalThis.gc?.();
  return process.memoryUsage.rss();
}
