// Usage: npm run fuzz -- [--seed S] [--minutes M] [--mutants N] [--workers W] [--keep FOLDER]
// Ends with 1 when a mutant was lost, a batch did not end, an output is bad, or memory grew.
import { mkdir, writeFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { runCampaign, type CampaignResult } from './campaign.ts';
import { makeSeeds } from './seeds.ts';
import { memoryGrowth, table } from './table.ts';

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: '1' },
    minutes: { type: 'string', default: '60' },
    mutants: { type: 'string', default: '5000' },
    workers: { type: 'string', default: String(availableParallelism()) },
    keep: { type: 'string' },
  },
});

/** The orchestrator holds no pictures; what grows beyond this is a leak. */
const maxGrowthBytes = 64e6;

const mutants = Number(values.mutants);
const result = await runCampaign(await makeSeeds(), {
  seed: values.seed,
  mutants,
  budgetMs: Number(values.minutes) * 60_000,
  worker: join(import.meta.dirname, '../../utility/image-worker.ts'),
  workers: Number(values.workers),
  limitMs: 20_000,
  tell: (line) => void process.stderr.write(`${line}\n`),
});
if (values.keep !== undefined) await keep(result, values.keep);
const violations = [...result.violations];
const growth = memoryGrowth(result.memory);
if (growth > maxGrowthBytes)
  violations.push(`the orchestrator grew by ${String(Math.round(growth / 1e6))} MB`);
const ran = [...result.tallies.values()].reduce((sum, tally) => sum + tally.mutants, 0);
if (ran < mutants) violations.push(`only ${String(ran)} of ${values.mutants} mutants in the time`);
process.stdout.write(`${table(result, values.seed)}\n`);
for (const violation of violations) process.stdout.write(`VIOLATION ${violation}\n`);
process.exitCode = violations.length > 0 ? 1 : 0;

/** The mutants that ended a worker, for a closer look. */
async function keep({ killers }: CampaignResult, folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (const { kind, index, code, bytes } of killers)
    await writeFile(join(folder, `${code}-${kind.replace(' ', '-')}-${String(index)}.bin`), bytes);
}
