import { join } from 'node:path';
import { createChildHost } from '../main/workers/child-host.ts';
import { median } from './measure.ts';
import type { BenchContext, Result } from './result.ts';

const sizes = [1, 10, 100];

/** What it costs to move bytes to a worker process and back through the port that the command line uses. */
export async function run({ runs, tell }: BenchContext): Promise<Result> {
  const host = createChildHost({ entry: join(import.meta.dirname, 'echo.ts'), priority: 'normal' });
  const { port } = host.start({ slot: 0, generation: 1 });
  let answered: (message: unknown) => void = () => undefined;
  port.onMessage((message) => {
    answered(message);
  });
  port.start();
  const samples: Record<string, number[]> = {};
  try {
    for (const megabytes of sizes) {
      const bytes = new Uint8Array(megabytes * 1e6).fill(1);
      // The first exchange of a size pays for buffers that grow.
      for (let round = 0; round <= runs; round += 1) {
        const start = performance.now();
        await new Promise<unknown>((resolve) => {
          answered = resolve;
          port.post(bytes);
        });
        const took = performance.now() - start;
        if (round > 0) (samples[String(megabytes)] ??= []).push(took);
      }
      tell(
        `${String(megabytes)} MB there and back: ${median(samples[String(megabytes)] ?? []).toFixed(1)} ms`,
      );
    }
  } finally {
    port.close();
  }
  return {
    title: `Messages: bytes to a worker and back, median of ${String(runs)} exchanges`,
    tables: [
      {
        caption: 'Frames over a socket; the bytes are copied by the system, and once more where they arrive.',
        head: ['MB each way', 'ms there and back', 'MB/s'],
        rows: Object.entries(samples).map(([megabytes, times]) => [
          megabytes,
          median(times).toFixed(1),
          ((2000 * Number(megabytes)) / median(times)).toFixed(0),
        ]),
      },
    ],
    samples,
  };
}
