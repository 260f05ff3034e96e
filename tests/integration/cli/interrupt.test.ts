import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { writePicture } from '../../fixtures/pictures.ts';
import { events, startCli, type CliEvent } from '../../fixtures/run-cli.ts';
import { isAlive } from '../../fixtures/processes.ts';
import { temporaryFolder } from '../../fixtures/temporary-folder.ts';

const pictures = 60;

async function folderOfPictures(): Promise<string> {
  const folder = await temporaryFolder();
  for (let n = 1; n <= pictures; n += 1) {
    await writePicture(join(folder, `in/${String(n).padStart(2, '0')}.jpg`), { width: 900, height: 700 });
  }
  return folder;
}

function start(folder: string): ReturnType<typeof startCli> {
  return startCli([
    join(folder, 'in'),
    '--to',
    'webp',
    '--quality',
    '80',
    '--effort',
    'smallest',
    '--out',
    join(folder, 'out'),
    '--json',
  ]);
}

function workerPids(told: readonly CliEvent[]): number[] {
  return told
    .filter((event) => event.event === 'job.done')
    .map((event) => (event['report'] as { worker: { pid: number } }).worker.pid);
}

describe.skipIf(process.platform === 'win32')('interrupting', () => {
  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('%s stops cleanly: whole files only, no process left, exit code %i', async (signal, code) => {
    const folder = await folderOfPictures();
    const cli = start(folder);
    await cli.next((event) => event.event === 'job.done');
    cli.process.kill(signal);
    const result = await cli.ended;

    expect(result).toMatchObject({ code });
    const told = events(result);
    expect(told.at(-1)).toMatchObject({ event: 'summary', interrupted: true });
    const done = told.filter((event) => event.event === 'job.done').length;
    expect(done).toBeLessThan(pictures);
    const outputs = await readdir(join(folder, 'out'));
    expect(outputs).toHaveLength(done);
    for (const output of outputs) await sharp(join(folder, 'out', output)).stats();
    expect(workerPids(told).filter(isAlive)).toEqual([]);
  });

  it('a reader that has seen enough ends the run like Ctrl-C', async () => {
    const folder = await folderOfPictures();
    const cli = start(folder);
    await cli.next((event) => event.event === 'job.done');
    cli.process.stdout?.destroy();
    expect((await cli.ended).code).toBe(130);
  });
});

describe.skipIf(process.platform === 'win32')('a worker killed by hand', () => {
  it('changes nothing but the log', async () => {
    const folder = await folderOfPictures();
    const cli = start(folder);
    const first = await cli.next((event) => event.event === 'job.done');
    process.kill(workerPids([first])[0] ?? 0, 'SIGKILL');
    const result = await cli.ended;
    expect(result.code).toBe(0);
    expect(events(result).at(-1)).toMatchObject({ done: pictures, failed: 0 });
    expect(result.stderr).toMatch(/^warn: .*worker/im);
    expect(await readdir(join(folder, 'out'))).toHaveLength(pictures);
  });

  it('leaves no worker behind when the command line itself is killed', async () => {
    const folder = await folderOfPictures();
    const cli = start(folder);
    const first = await cli.next((event) => event.event === 'job.done');
    const [pid] = workerPids([first]);
    cli.process.kill('SIGKILL');
    await cli.ended;
    await expect.poll(() => isAlive(pid ?? 0), { timeout: 5000 }).toBe(false);
  });
});
