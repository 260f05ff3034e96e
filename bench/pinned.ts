// One process on one core doing the codec work and nothing else; prints its CPU milliseconds.
// Usage: taskset -c 0 node pinned.ts <work as JSON> <files as JSON>
import { readFile } from 'node:fs/promises';
import sharp from 'sharp';
import type { Work } from './works.ts';

const [work, files] = process.argv.slice(2);
const { sharp: settings } = JSON.parse(work ?? '') as Work;
sharp.concurrency(1);
sharp.cache(false);

let cpu = 0;
for (const file of JSON.parse(files ?? '[]') as string[]) {
  const bytes = await readFile(file);
  const before = process.cpuUsage();
  await sharp(bytes)
    .toFormat(...settings)
    .toBuffer();
  const { user, system } = process.cpuUsage(before);
  cpu += (user + system) / 1000;
}
process.stdout.write(`${String(cpu)}\n`);
