import { readdir } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import type { Report } from '../contract/report.ts';
import { millrace, missingPrograms, peers, type Competitor } from './competitors.ts';
import { measure, median, type Measured } from './measure.ts';
import { makePhotoSet, type PhotoSet } from './photos.ts';
import type { BenchContext, Result } from './result.ts';
import { works, type Work } from './works.ts';

const cores = availableParallelism();
const photosPerRun = 100;

interface Sample extends Measured {
  /** Codec CPU milliseconds that the workers reported; Millrace only. */
  readonly codecCpu?: number;
}

/**
 * How near the machine's limit Millrace works, and how near its peers. Runs are interleaved, so that a slow minute of
 * the machine hits everyone.
 */
export async function run({ runs, tell }: BenchContext): Promise<Result> {
  const photos = await makePhotoSet(photosPerRun);
  const samples: Record<string, Record<string, Sample[]>> = {};
  const limits: Record<string, number[]> = {};
  try {
    for (let round = 1; round <= runs; round += 1) {
      for (const work of works) {
        (limits[work.name] ??= []).push(await pinnedLimit(work, photos));
        for (const competitor of [millrace, ...peers]) {
          const sample = await measureOnce(competitor, work, photos);
          if (sample === undefined) continue;
          ((samples[work.name] ??= {})[competitor.name] ??= []).push(sample);
          tell(
            `round ${String(round)}, ${work.name}, ${competitor.name}: ${(sample.wall / 1000).toFixed(2)} s`,
          );
        }
      }
    }
  } finally {
    await photos.remove();
  }
  const left = peers.flatMap((peer) =>
    missingPrograms(peer).map((program) => `${peer.name} (no ${program} here)`),
  );
  return {
    title: `Efficiency: ${String(photos.files.length)} photographs, median of ${String(runs)} runs`,
    tables: works.map((work) => ({
      caption:
        `**${work.name}**. Limit: CPU time of one pinned process doing the same work, divided by ${String(cores)} cores. ` +
        `Utilisation: codec CPU time reported by the workers over cores x wall.` +
        (left.length > 0 ? ` Left out: ${left.join(', ')}.` : ''),
      head: ['', 'wall s', 'of the limit', 'utilisation', 'CPU s', 'peak memory MB', 'against Millrace'],
      rows: rows(samples[work.name] ?? {}, median(limits[work.name] ?? [])),
    })),
    samples: { samples, limits },
  };
}

function rows(byCompetitor: Readonly<Record<string, Sample[]>>, limit: number): string[][] {
  const ours = median((byCompetitor[millrace.name] ?? []).map((sample) => sample.wall));
  return Object.entries(byCompetitor).map(([name, samples]) => {
    const wall = median(samples.map((sample) => sample.wall));
    const utilisation = samples.map(({ codecCpu, wall: own }) => (codecCpu ?? Number.NaN) / (cores * own));
    return [
      name,
      (wall / 1000).toFixed(2),
      percent(limit / wall),
      name === millrace.name ? percent(median(utilisation)) : '',
      (median(samples.map((sample) => sample.cpu)) / 1000).toFixed(1),
      (median(samples.map((sample) => sample.peakRss)) / 1e6).toFixed(0),
      `${(wall / ours).toFixed(2)}x`,
    ];
  });
}

function percent(ratio: number): string {
  return `${(ratio * 100).toFixed(1)} %`;
}

async function measureOnce(
  competitor: Competitor,
  work: Work,
  photos: PhotoSet,
): Promise<Sample | undefined> {
  if (missingPrograms(competitor).length > 0) return undefined;
  const folder = await photos.outputFolder();
  const command = competitor.command(work, photos.files, folder);
  if (command === undefined) return undefined;
  const measured = await measure(command, competitor.env);
  const outputs = await readdir(folder);
  if (outputs.length !== photos.files.length) {
    throw new Error(
      `${competitor.name} wrote ${String(outputs.length)} of ${String(photos.files.length)} files.`,
    );
  }
  return competitor === millrace
    ? { ...measured, codecCpu: codecCpu(measured.stdout), stdout: '' }
    : { ...measured, stdout: '' };
}

/** CPU time of the codec work, summed over the reports of all jobs. */
function codecCpu(stdout: string): number {
  return stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { event: string; report?: Report })
    .reduce((sum, { report }) => sum + (report?.worker.cpu ?? 0), 0);
}

/** Milliseconds that all cores would take if nothing but codec work happened and no core disturbed another. */
async function pinnedLimit(work: Work, photos: PhotoSet): Promise<number> {
  const script = join(import.meta.dirname, 'pinned.ts');
  const { stdout } = await measure([
    'taskset',
    '-c',
    '0',
    process.execPath,
    script,
    JSON.stringify(work),
    JSON.stringify(photos.files),
  ]);
  return Number(stdout) / cores;
}
