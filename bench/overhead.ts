import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { parseRecipe } from '../contract/recipe.ts';
import { runInProcess } from './in-process.ts';
import type { BenchContext, Result } from './result.ts';

const counts = [2_000, 20_000];
const filesPerFolder = 1_000;

interface Sample {
  readonly jobs: number;
  readonly wall: number;
  readonly codecCpu: number;
  /** Growth of this process' resident memory at its largest, bytes. */
  readonly rssGrowth: number;
}

/** What a job costs beyond its codec work, and what waiting jobs weigh, on pictures that are hardly any work. */
export async function run({ tell }: BenchContext): Promise<Result> {
  const cores = availableParallelism();
  const samples: Sample[] = [];
  for (const jobs of counts) {
    const root = await mkdtemp(join(tmpdir(), 'millrace-bench-'));
    try {
      await makeTinyPictures(join(root, 'in'), jobs);
      const sample = await measureJobs(root, jobs);
      samples.push(sample);
      tell(
        `${String(jobs)} jobs: ${(sample.wall / 1000).toFixed(1)} s, ${(sample.wall / jobs).toFixed(2)} ms a job`,
      );
    } finally {
      await rm(root, { recursive: true, force: true });
    }
  }
  return {
    title: 'Overhead and scale: 16x16 PNG to WebP',
    tables: [
      {
        caption:
          'Beyond the codec: wall x cores less the CPU time of the codec work, a job. It holds reading, two messages, the temporary file, fsync and rename.',
        head: [
          'jobs',
          'wall s',
          'ms a job (wall)',
          'core-ms a job beyond the codec',
          'memory growth MB',
          'MB per 1,000 jobs',
        ],
        rows: samples.map(({ jobs, wall, codecCpu, rssGrowth }) => [
          String(jobs),
          (wall / 1000).toFixed(1),
          (wall / jobs).toFixed(2),
          ((wall * cores - codecCpu) / jobs).toFixed(2),
          (rssGrowth / 1e6).toFixed(0),
          (rssGrowth / 1e6 / (jobs / 1000)).toFixed(2),
        ]),
      },
    ],
    samples,
  };
}

async function measureJobs(root: string, jobs: number): Promise<Sample> {
  const recipe = parseRecipe({
    to: 'webp',
    quality: 80,
    output: { place: 'folder', folder: join(root, 'out') },
  });
  globalThis.gc?.();
  const before = process.memoryUsage.rss();
  let peak = before;
  const start = performance.now();
  const { codecCpu, done } = await runInProcess([join(root, 'in')], recipe, () => {
    peak = Math.max(peak, process.memoryUsage.rss());
  });
  if (done !== jobs) throw new Error(`${String(done)} of ${String(jobs)} jobs were done.`);
  return { jobs, wall: performance.now() - start, codecCpu, rssGrowth: peak - before };
}

async function makeTinyPictures(folder: string, count: number): Promise<void> {
  const picture = await sharp({ create: { width: 16, height: 16, channels: 3, background: '#c86432' } })
    .png()
    .toBuffer();
  for (let from = 0; from < count; from += filesPerFolder) {
    const below = join(folder, String(from).padStart(6, '0'));
    await mkdir(below, { recursive: true });
    const names = Array.from(
      { length: Math.min(filesPerFolder, count - from) },
      (_, index) => `${String(index).padStart(4, '0')}.png`,
    );
    await Promise.all(names.map((name) => writeFile(join(below, name), picture)));
  }
}
