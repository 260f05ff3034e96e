import { parseArgs } from 'node:util';
import { runCampaign, type RoundResult } from './campaign.ts';
import { playMany } from './many.ts';
import { plays } from './plays.ts';

// npm run faults -- --rounds N --seed S [--only <words of a play's name>] [--round <one alone>]
// npm run faults -- --files N: one batch of that many small files, killed again and again

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '60' },
    seed: { type: 'string', default: '1' },
    only: { type: 'string' },
    round: { type: 'string' },
    files: { type: 'string' },
  },
});

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

if (values.files !== undefined) {
  const { kills, outputs, problems } = await playMany(Number(values.files), Number(values.seed));
  for (const problem of problems.slice(0, 20)) say(problem);
  say(
    `${values.files} files, killed ${String(kills)} times: ${String(outputs)} outputs, ${String(problems.length)} problems`,
  );
  process.exit(problems.length === 0 ? 0 : 1);
}

for (const { name, missing } of plays) {
  const why = missing?.();
  if (why !== undefined) say(`not played: ${name} (${why})`);
}
const results = await runCampaign({
  rounds: Number(values.rounds),
  seed: Number(values.seed),
  only: values.only,
  round: values.round === undefined ? undefined : Number(values.round),
  onRound({ round, play, plan, hit, problems }) {
    if (problems.length > 0 || process.stdout.isTTY) {
      say(`${String(round)}  ${play}, ${plan}${hit ? '' : ' (came too late)'}`);
    }
    for (const problem of problems) say(`    ${problem}`);
  },
});
say(table(results));
const bad = results.filter(({ problems }) => problems.length > 0).length;
say(`\n${String(results.length)} rounds, seed ${values.seed}: ${String(bad)} with losses`);
process.exitCode = bad === 0 ? 0 : 1;

function table(all: readonly RoundResult[]): string {
  const lines = ['', '| fault | rounds | came in time | losses |', '| --- | ---: | ---: | ---: |'];
  for (const name of new Set(all.map(({ play }) => play))) {
    const of = all.filter(({ play }) => play === name);
    const hits = of.filter(({ hit }) => hit).length;
    const losses = of.filter(({ problems }) => problems.length > 0).length;
    lines.push(`| ${name} | ${String(of.length)} | ${String(hits)} | ${String(losses)} |`);
  }
  return lines.join('\n');
}
