import { randomFillSync } from 'node:crypto';
import { copyFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { expect, it } from 'vitest';
import { events, startCli } from '../../fixtures/run-cli.ts';
import { temporaryFolder } from '../../fixtures/temporary-folder.ts';

it('the main process does not look through its heap for every few pictures that come and go', async () => {
  const folder = await temporaryFolder();
  const [width, height, pictures] = [1500, 1500, 20];
  const noise = randomFillSync(Buffer.alloc(width * height * 3));
  const first = join(folder, '0.jpg');
  await sharp(noise, { raw: { width, height, channels: 3 } })
    .jpeg()
    .toFile(first);
  for (let index = 1; index < pictures; index += 1)
    await copyFile(first, join(folder, `${String(index)}.jpg`));
  // An output of 7 MB arrives in many pieces, which are left to the collector.
  const cli = startCli([folder, '--to', 'tiff', '--json'], { execArgv: ['--trace-gc'] });
  const result = await cli.ended;
  expect(events(result).filter(({ event }) => event === 'job.done')).toHaveLength(pictures);
  const told = result.stdout.split('\n');
  expect(told.some((line) => line.includes('Scavenge'))).toBe(true);
  const collections = told.filter((line) => line.includes('Mark-Compact'));
  expect(collections.length, collections.join('\n')).toBeLessThan(pictures / 2);
});
