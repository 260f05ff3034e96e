// Usage: npm run bench [-- name...] [-- --runs N]. Without names: all of them. Results go to bench/results.
import { mkdir, readFile, readdir, writeFile } from 'node:fs/promises';
import { availableParallelism, cpus, totalmem } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import * as efficiency from './efficiency.ts';
import * as messages from './messages.ts';
import * as overhead from './overhead.ts';
import * as responsiveness from './responsiveness.ts';
import type { Bench, Result } from './result.ts';
import * as window from './window.ts';

const benches: Readonly<Record<string, Bench>> = { efficiency, responsiveness, overhead, messages, window };
const folder = join(import.meta.dirname, 'results');

const { positionals, values } = parseArgs({ allowPositionals: true, options: { runs: { type: 'string' } } });
const runs = Number(values.runs ?? '5');
await mkdir(folder, { recursive: true });
for (const name of positionals.length > 0 ? positionals : Object.keys(benches)) {
  const bench = benches[name];
  if (bench === undefined)
    throw new Error(`There is no benchmark ${name}; there are ${Object.keys(benches).join(', ')}.`);
  const result = await bench.run({ runs, tell: (line) => void process.stderr.write(`${name}: ${line}\n`) });
  const machine = `${cpus()[0]?.model ?? 'unknown CPU'}, ${String(availableParallelism())} cores, ${String(Math.round(totalmem() / 1e9))} GB, Node ${process.version}`;
  await writeFile(join(folder, `${name}.json`), `${JSON.stringify({ machine, ...result }, undefined, 2)}\n`);
  await writeTables();
}

/** One page of all results there are. */
async function writeTables(): Promise<void> {
  const parts = [
    '# Benchmarks\n\nWritten by `npm run bench`. Trust the ratios within a table: they were measured in one run.\n',
  ];
  for (const file of (await readdir(folder)).filter((name) => name.endsWith('.json')).sort()) {
    const result = JSON.parse(await readFile(join(folder, file), 'utf8')) as Result & { machine: string };
    parts.push(`## ${result.title}\n\n${result.machine}\n`);
    for (const table of result.tables) parts.push(`${markdown(table)}\n`);
  }
  await writeFile(join(folder, 'README.md'), parts.join('\n'));
}

function markdown({ caption, head, rows }: Result['tables'][number]): string {
  const lines = [head, head.map(() => '---'), ...rows].map((row) => `| ${row.join(' | ')} |`);
  return `${caption}\n\n${lines.join('\n')}\n`;
}
