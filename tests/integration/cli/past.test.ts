import { mkdir, readdir, readFile, rename, stat, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { defaultSettings, type Settings } from '../../../contract/app-state.ts';
import { openStore } from '../../../main/store/store.ts';
import { writePicture } from '../../fixtures/pictures.ts';
import { events, startCli, type CliResult } from '../../fixtures/run-cli.ts';
import { temporaryFolder } from '../../fixtures/temporary-folder.ts';

interface Place {
  readonly folder: string;
  readonly pictures: string;
  readonly state: string;
  cli(...args: string[]): Promise<CliResult>;
}

async function place(names: readonly string[], width = 320): Promise<Place> {
  const folder = await temporaryFolder();
  const pictures = join(folder, 'pictures');
  const state = join(folder, 'state');
  await mkdir(pictures);
  for (const name of names) {
    await writePicture(join(pictures, name), { width, height: 240 });
    await utimes(join(pictures, name), 1_500_000_000, 1_500_000_000.25);
  }
  return { folder, pictures, state, cli: (...args) => startCli([...args, '--state', state]).ended };
}

async function look(folder: string): Promise<Map<string, string>> {
  const names = (await readdir(folder)).sort();
  return new Map(
    await Promise.all(
      names.map(async (name) => {
        const path = join(folder, name);
        const content = (await readFile(path)).toString('base64');
        return [name, `${String((await stat(path)).mtimeMs)} ${content}`] as const;
      }),
    ),
  );
}

/** As the window would leave them. */
function set(state: string, settings: Partial<Settings>): void {
  const store = openStore(state);
  const value = JSON.stringify({ ...defaultSettings, ...settings });
  store.database.prepare(`INSERT INTO setting VALUES ('settings', ?)`).run(value);
  store.close();
}

describe('originals that are replaced', () => {
  it('come back byte for byte, with their dates', async () => {
    const { pictures, cli } = await place(['a.jpg', 'b.jpg']);
    const before = await look(pictures);
    expect(await cli(pictures, '--in-place', '--to', 'webp', '-q', '60')).toMatchObject({ code: 0 });
    expect([...(await look(pictures)).keys()]).toEqual(['a.webp', 'b.webp']);
    expect((await cli('history')).stdout).toContain('2 originals can be put back');
    expect(await cli('undo')).toMatchObject({ code: 0 });
    expect(await look(pictures)).toEqual(before);
    expect((await cli('history')).stdout).toContain('undone');
    expect(await cli('undo')).toMatchObject({ code: 2 });
  });

  it('and were changed since stay as they are, with a reason', async () => {
    const { pictures, cli } = await place(['a.jpg', 'b.jpg']);
    await cli(pictures, '--in-place', '-q', '40');
    await writePicture(join(pictures, 'a.jpg'), { width: 50, height: 50 });
    const result = await cli('undo', '--json');
    expect(result.code).toBe(1);
    expect(events(result)).toMatchObject([
      { event: 'undo', restored: 1, problems: [expect.stringContaining('a.jpg')] },
    ]);
    expect((await sharp(join(pictures, 'a.jpg')).metadata()).width).toBe(50);
  });

  it('are kept where one was told to', async () => {
    const { folder, pictures, cli } = await place(['a.jpg']);
    const backups = join(folder, 'kept');
    await cli(pictures, '--in-place', '-q', '40', '--backups', backups);
    const [day = ''] = await readdir(backups);
    expect(await readdir(join(backups, day))).toEqual([expect.stringMatching(/-a\.jpg$/)]);
    expect(await cli('undo')).toMatchObject({ code: 0 });
  });

  it('are kept where the settings say, and never made smaller themselves', async () => {
    const { pictures, state, cli } = await place(['a.jpg', 'b.jpg']);
    const before = await look(pictures);
    set(state, { backupFolder: join(pictures, 'kept') });
    await cli(pictures, '--in-place', '-q', '60');
    const [kept = ''] = await readdir(join(pictures, 'kept'));
    const backups = join(pictures, 'kept', kept);
    const originals = await look(backups);
    expect([...originals.values()].sort()).toEqual([...before.values()].sort());
    await cli(pictures, '--in-place', '-q', '40');
    const asked = await cli(backups, '--in-place', '-q', '40', '--json');
    expect(events(asked).at(-1)).toMatchObject({ event: 'summary', failed: 2, done: 0 });
    expect(await look(backups)).toEqual(originals);
  });

  it('are not kept in a folder that is not there any more, until it is chosen anew', async () => {
    const { folder, pictures, cli } = await place(['a.jpg', 'b.jpg']);
    const drive = join(folder, 'drive');
    await cli(join(pictures, 'a.jpg'), '--in-place', '-q', '40', '--backups', join(drive, 'kept'));
    await rename(drive, join(folder, 'unplugged'));
    const before = await look(pictures);
    const again = ['--in-place', '-q', '40', '--json', '--backups'];
    const refused = await cli(join(pictures, 'b.jpg'), ...again, join(drive, 'kept'));
    expect(refused.code).toBe(1);
    expect(events(refused)).toContainEqual(
      expect.objectContaining({
        event: 'job.failed',
        error: expect.objectContaining({ code: 'replace-refused' }),
      }),
    );
    expect(await look(pictures)).toEqual(before);
    expect(await readdir(folder)).not.toContain('drive');
    expect((await cli('undo')).stderr).toContain('is not there');
    expect(await cli(join(pictures, 'b.jpg'), ...again, join(folder, 'elsewhere'))).toMatchObject({
      code: 0,
    });
    await rename(join(folder, 'unplugged'), drive);
    expect(await cli('undo')).toMatchObject({ code: 0 });
  });
});

describe('a folder that was done', () => {
  it('is not done again with the same recipe, nor is what came of it', async () => {
    const { pictures, cli } = await place(['a.jpg', 'b.jpg']);
    await cli(pictures, '-q', '60');
    const first = await look(pictures);
    const again = await cli(pictures, '-q', '60', '--json');
    expect(again.code).toBe(0);
    expect(events(again).at(-1)).toMatchObject({ event: 'summary', done: 0, skipped: 4 });
    expect(await look(pictures)).toEqual(first);
  });

  it('is done with another recipe, without what came of the first', async () => {
    const { pictures, cli } = await place(['a.jpg']);
    await cli(pictures, '-q', '60');
    await cli(pictures, '-q', '60', '--to', 'webp');
    expect(await readdir(pictures)).toEqual(['a-small.jpg', 'a-small.webp', 'a.jpg']);
  });

  it('is done again where its outputs have gone, and when one insists', async () => {
    const { folder, pictures, cli } = await place(['a.jpg']);
    const out = join(folder, 'out');
    await cli(pictures, '-q', '60', '--out', out);
    await sharp(join(out, 'a.jpg')).toBuffer();
    await cli(pictures, '-q', '60', '--out', out, '--again');
    expect(await readdir(out)).toEqual(['a (2).jpg', 'a.jpg']);
  });

  it('is told by a dry run, which writes nothing', async () => {
    const { folder, pictures, cli } = await place(['a.jpg']);
    const first = await cli(pictures, '-q', '60', '--dry-run');
    expect(first.stdout).toContain('a-small.jpg');
    expect(await readdir(folder)).toEqual(['pictures']);
    await cli(pictures, '-q', '60');
    expect((await cli(pictures, '-q', '60', '--dry-run', '--json')).stdout).toContain('would-skip');
  });
});

describe('what is written down', () => {
  it('is not touched by a command line that is wrong', async () => {
    const { folder, pictures, cli } = await place(['a.jpg']);
    expect(await cli(pictures, '--quality', '300')).toMatchObject({ code: 2 });
    expect(await cli(pictures, '--jobs', '0')).toMatchObject({ code: 2 });
    expect(await readdir(folder)).toEqual(['pictures']);
  });

  it('loses no backup to a dry run, however old it is', async () => {
    const { pictures, state, cli } = await place(['a.jpg', 'b.jpg']);
    await cli(join(pictures, 'a.jpg'), '--in-place', '-q', '40');
    await cli(join(pictures, 'b.jpg'), '--in-place', '-q', '40');
    const database = new DatabaseSync(join(state, 'millrace.db'));
    database.exec('UPDATE backup SET made_ms = 1 WHERE number = 1');
    database.close();
    await cli(pictures, '--dry-run');
    expect((await cli('history')).stdout.match(/1 original can be put back/g)).toHaveLength(2);
    await cli(pictures, '--to', 'webp');
    expect((await cli('history')).stdout.match(/1 original can be put back/g)).toHaveLength(1);
  });
});

describe('old backups', () => {
  it.each([
    [{}, 1],
    [{ backupDays: 3650 }, 2],
  ])('go by the settings of where things are written down (%j)', async (settings, kept) => {
    const { pictures, state, cli } = await place(['a.jpg', 'b.jpg', 'c.jpg']);
    await cli(join(pictures, 'a.jpg'), '--in-place', '-q', '40');
    await cli(join(pictures, 'b.jpg'), '--in-place', '-q', '40');
    set(state, settings);
    const database = new DatabaseSync(join(state, 'millrace.db'));
    database
      .prepare('UPDATE backup SET made_ms = ? WHERE number = 1')
      .run(Date.now() - 90 * 24 * 3600 * 1000);
    database.close();
    await cli(join(pictures, 'c.jpg'), '-q', '40');
    expect((await cli('history')).stdout.match(/1 original can be put back/g)).toHaveLength(kept);
  });
});

describe.skipIf(process.platform === 'win32')('a batch that was interrupted', () => {
  const names = Array.from({ length: 30 }, (_, index) => `${String(index)}.jpg`);

  it.each(['SIGKILL', 'SIGINT'] as const)('by %s goes on where it was', async (signal) => {
    const { folder, pictures, state, cli } = await place(names, 900);
    const out = join(folder, 'out');
    const running = startCli([
      pictures,
      '--to',
      'webp',
      '-q',
      '60',
      '--out',
      out,
      '--json',
      '--state',
      state,
    ]);
    await running.next((event) => event.event === 'job.done');
    running.process.kill(signal);
    await running.ended;
    expect((await cli('history')).stdout).toContain('unfinished');
    const resumed = await cli('resume', '--json');
    expect(resumed.code).toBe(0);
    expect(events(resumed).at(-1)).toMatchObject({ event: 'summary', total: 30, done: 30 });
    expect(events(resumed).filter(({ event }) => event === 'job.done').length).toBeLessThan(30);
    const made = await readdir(out);
    expect(made.sort()).toEqual(names.map((name) => name.replace('jpg', 'webp')).sort());
    expect((await cli('resume')).stderr).toContain('nothing to go on with');
  });
});

it('works without a place to write down what it does, but replaces nothing', async () => {
  const { folder, pictures } = await place(['a.jpg']);
  const state = join(pictures, 'a.jpg/state');
  const beside = await startCli([pictures, '-q', '60', '--state', state]).ended;
  expect(beside).toMatchObject({ code: 0 });
  expect(beside.stderr).toContain('cannot be used');
  const replaced = await startCli([pictures, '-q', '60', '--in-place', '--state', state]).ended;
  expect(replaced.code).toBe(1);
  expect(replaced.stderr).toContain('nowhere to keep the original');
  expect(await readdir(folder)).toEqual(['pictures']);
});

describe('what a later version wrote down', () => {
  async function later(): Promise<Place> {
    const made = await place(['a.jpg']);
    await mkdir(made.state);
    const database = new DatabaseSync(join(made.state, 'millrace.db'));
    database.exec('PRAGMA user_version = 1000');
    database.close();
    return made;
  }

  it.each(['history', 'undo', 'resume'])('is not told as nothing by %s', async (command) => {
    const { cli } = await later();
    const result = await cli(command);
    expect(result).toMatchObject({ code: 2, stdout: '' });
    expect(result.stderr).toContain('was made by a later version of Millrace');
  });

  it('keeps originals from being replaced, and nothing else from being done', async () => {
    const { pictures, cli } = await later();
    const before = await look(pictures);
    const replaced = await cli(pictures, '--in-place', '-q', '60');
    expect(replaced.code).toBe(1);
    expect(replaced.stderr).toContain('nowhere to keep the original');
    expect(await look(pictures)).toEqual(before);
    const beside = await cli(pictures, '-q', '60');
    expect(beside.code).toBe(0);
    expect(beside.stderr).toContain('was made by a later version of Millrace');
    expect(await readdir(pictures)).toEqual(['a-small.jpg', 'a.jpg']);
  });
});

it.each(['history', 'undo', 'resume'])('%s says so where it cannot be looked up', async (command) => {
  const { state, cli } = await place([]);
  await mkdir(join(state, 'millrace.db'), { recursive: true });
  const result = await cli(command);
  expect(result).toMatchObject({ code: 2, stdout: '' });
  expect(result.stderr).toContain('cannot be used');
});
