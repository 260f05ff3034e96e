import type { CampaignResult, Tally } from './campaign.ts';

/** The result as a Markdown table and the figures below it. */
export function table(result: CampaignResult, seed: string): string {
  const head = ['format', 'mutants', 'verified output', 'reason given', 'reasons'];
  const rows = [...result.tallies].map(([kind, tally]) => row(kind, tally));
  const total = [...result.tallies.values()].reduce<Tally>(add, {
    mutants: 0,
    verified: 0,
    reasons: new Map(),
  });
  const lines = [head, head.map(() => '---'), ...rows, row('all', total)];
  const first = result.memory.at(0) ?? 0;
  return [
    ...lines.map((cells) => `| ${cells.join(' | ')} |`),
    '',
    `Seed ${seed}, ${seconds(result.elapsedMs)}. Violations: ${String(result.violations.length)}.`,
    `Attempts that ended a worker: ${String(result.killers.length)}; longest attempt ${seconds(result.longest.ms)} (${result.longest.name}); largest worker ${megabytes(result.workerPeakBytes)}.`,
    `Orchestrator: ${megabytes(first)} resident after the first round, ${megabytes(result.memory.at(-1) ?? 0)} after the last, growth ${megabytes(memoryGrowth(result.memory))}; longest stall of its event loop ${result.stallMs.toFixed(0)} ms.`,
    ...result.killers.map(
      ({ kind, index, how, code, bytes }) =>
        `- ${code}: mutant ${String(index)} (${kind}, ${how}), ${String(bytes.byteLength)} bytes`,
    ),
  ].join('\n');
}

/** Bytes between the medians of the first and the last third, the first round being warm-up. */
export function memoryGrowth(memory: readonly number[]): number {
  const rounds = memory.slice(1);
  const third = Math.ceil(rounds.length / 3);
  return median(rounds.slice(-third)) - median(rounds.slice(0, third));
}

function median(numbers: readonly number[]): number {
  return numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? 0;
}

function row(name: string, { mutants, verified, reasons }: Tally): string[] {
  const refused = [...reasons.values()].reduce((sum, count) => sum + count, 0);
  const list = [...reasons].sort((a, b) => b[1] - a[1]).map(([code, count]) => `${code} ${String(count)}`);
  return [name, String(mutants), String(verified), String(refused), list.join(', ')];
}

function add(sum: Tally, tally: Tally): Tally {
  const reasons = new Map(sum.reasons);
  for (const [code, count] of tally.reasons) reasons.set(code, (reasons.get(code) ?? 0) + count);
  return { mutants: sum.mutants + tally.mutants, verified: sum.verified + tally.verified, reasons };
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(0)} MB`;
}
