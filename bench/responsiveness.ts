import { availableParallelism } from 'node:os';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { parseRecipe } from '../contract/recipe.ts';
import { runInProcess } from './in-process.ts';
import { median } from './measure.ts';
import { makePhotoSet } from './photos.ts';
import type { BenchContext, Result } from './result.ts';

const photosPerRun = 32;
const resolutionMs = 1;

/** How long the orchestrating process keeps others waiting while every core computes. */
export async function run({ runs, tell }: BenchContext): Promise<Result> {
  const photos = await makePhotoSet(photosPerRun);
  const samples: { p50: number; p99: number; max: number }[] = [];
  try {
    for (let round = 1; round <= runs; round += 1) {
      const folder = await photos.outputFolder();
      const recipe = parseRecipe({ to: 'webp', quality: 80, output: { place: 'folder', folder } });
      const histogram = monitorEventLoopDelay({ resolution: resolutionMs });
      histogram.enable();
      await runInProcess([photos.folder], recipe);
      histogram.disable();
      const sample = {
        p50: histogram.percentile(50) / 1e6 - resolutionMs,
        p99: histogram.percentile(99) / 1e6 - resolutionMs,
        max: histogram.max / 1e6 - resolutionMs,
      };
      samples.push(sample);
      tell(`round ${String(round)}: p99 ${sample.p99.toFixed(2)} ms, max ${sample.max.toFixed(1)} ms`);
    }
  } finally {
    await photos.remove();
  }
  return {
    title: `Responsiveness: event-loop delay of the orchestrating process, median of ${String(runs)} runs`,
    tables: [
      {
        caption: `${String(photos.files.length)} photographs to WebP on ${String(availableParallelism())} busy cores; how late a timer of ${String(resolutionMs)} ms fires.`,
        head: ['p50 ms', 'p99 ms', 'max ms'],
        rows: [
          [
            median(samples.map((sample) => sample.p50)).toFixed(2),
            median(samples.map((sample) => sample.p99)).toFixed(2),
            median(samples.map((sample) => sample.max)).toFixed(1),
          ],
        ],
      },
    ],
    samples,
  };
}
