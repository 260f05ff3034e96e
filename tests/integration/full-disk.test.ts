import { execFile } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { Reservation } from '../../main/engine/world.ts';
import { createOutputs } from '../../main/files/outputs.ts';
import { calmly, finished } from '../fixtures/commits.ts';
import { canMount } from '../fixtures/can-mount.ts';
import { serve } from '../fixtures/link-server.ts';
import { picture, writePicture } from '../fixtures/pictures.ts';
import { events, startCli } from '../fixtures/run-cli.ts';
import { temporaryFolder } from '../fixtures/temporary-folder.ts';

const run = promisify(execFile);

async function smallDisk(size = '1m'): Promise<string> {
  const folder = await temporaryFolder();
  await run('mount', ['-t', 'tmpfs', '-o', `size=${size}`, 'tmpfs', folder]);
  onTestFinished(async () => {
    await run('umount', [folder]);
  });
  return folder;
}

describe.runIf(canMount())('a disk of 1 MB', () => {
  it('keeps what fits, refuses what does not, and has no rest of it', async () => {
    const folder = await smallDisk();
    const outputs = createOutputs();
    const commit = async (name: string, bytes: number): Promise<string> => {
      const reservation: Reservation = await outputs.reserve(
        { kind: 'file', path: `/in/${name}` },
        { bytes, format: 'png', width: 1, height: 1, stem: name, modifiedMs: undefined },
        ['webp'],
        { place: 'folder', folder, existing: 'rename' },
      );
      try {
        const { path } = await outputs.commit(reservation, finished(Buffer.alloc(bytes, name)), calmly);
        return path;
      } finally {
        outputs.release(reservation);
      }
    };
    await commit('a', 600_000);
    const failure = commit('b', 600_000);
    await expect(failure).rejects.toMatchObject({ code: 'destination-full' });
    await expect(failure).rejects.toThrow(join(folder, 'b.webp'));
    expect(await readdir(folder)).toEqual(['a.webp']);
    await commit('c', 300_000);
    expect((await readFile(join(folder, 'a.webp'))).equals(Buffer.alloc(600_000, 'a'))).toBe(true);
  });
});

describe.runIf(canMount())('the command line on a disk of 64 kB', () => {
  it('fails what does not fit, keeps what does, and ends with 1', async () => {
    const disk = await smallDisk('64k');
    const folder = await temporaryFolder();
    await writePicture(join(folder, 'large.jpg'), { width: 800, height: 600 });
    const small = await picture({ width: 32, height: 24 });
    // While the large one is written nothing fits: the small one is worked on once it has failed.
    const { address } = await serve((_request, response) => {
      cli
        .next(({ event }) => event === 'job.failed')
        .then(
          () => response.end(small),
          () => response.destroy(),
        );
    });
    const sources = [join(folder, 'large.jpg'), `${address}/small.jpg`, '--allow-private-links'];
    const cli = startCli([...sources, '--to', 'tiff', '-e', 'fast', '--out', disk, '--json']);
    const result = await cli.ended;
    expect(result.code).toBe(1);
    expect(events(result).at(-1)).toMatchObject({
      event: 'summary',
      done: 1,
      failed: 1,
      failures: [{ source: join(folder, 'large.jpg'), code: 'destination-full' }],
    });
    expect(await readdir(disk)).toEqual(['small.tif']);
  });
});
