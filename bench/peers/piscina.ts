// Peer: piscina worker threads, one a core, sharp with one thread in each.
// Usage: piscina.ts <work as JSON> <output folder> <files as JSON>
import { availableParallelism } from 'node:os';
import { basename, join } from 'node:path';
import { Piscina } from 'piscina';
import type { Work } from '../works.ts';

const [work, folder, files] = process.argv.slice(2);
const { sharp, extension } = JSON.parse(work ?? '') as Work;
const pool = new Piscina({
  filename: new URL('./piscina-worker.ts', import.meta.url).href,
  minThreads: availableParallelism(),
  maxThreads: availableParallelism(),
});

await Promise.all(
  (JSON.parse(files ?? '[]') as string[]).map((file) =>
    pool.run({ file, sharp, target: join(folder ?? '', `${basename(file, '.jpg')}.${extension}`) }),
  ),
);
await pool.destroy();
