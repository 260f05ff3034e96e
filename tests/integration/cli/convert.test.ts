import { mkdir, readdir, readFile, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { picture, writePicture } from '../../fixtures/pictures.ts';
import { events, runCli } from '../../fixtures/run-cli.ts';
import { temporaryFolder } from '../../fixtures/temporary-folder.ts';

describe('millrace', () => {
  it('converts a folder into another, keeping its tree and the modified times', async () => {
    const folder = await temporaryFolder();
    await writePicture(join(folder, 'in/a.jpg'));
    await writePicture(join(folder, 'in/sub/deep/b.png'), { format: 'png' });
    await writeFile(join(folder, 'in/notes.txt'), 'not a picture');
    await writeFile(join(folder, 'in/.hidden.jpg'), await picture());
    await utimes(join(folder, 'in/a.jpg'), 1_500_000_000, 1_500_000_000);

    const result = await runCli(join(folder, 'in'), '--to', 'webp', '--out', join(folder, 'out'));

    expect(result).toMatchObject({ code: 0, stderr: '' });
    expect(result.stdout).toMatch(/2 done/);
    expect((await readdir(join(folder, 'out'), { recursive: true })).sort()).toEqual([
      'a.webp',
      'sub',
      'sub/deep',
      'sub/deep/b.webp',
    ]);
    expect((await stat(join(folder, 'out/a.webp'))).mtimeMs).toBe(1_500_000_000_000);
    expect(await sharp(join(folder, 'out/a.webp')).metadata()).toMatchObject({
      format: 'webp',
      width: 320,
      height: 240,
    });
  });

  it('writes beside the source with a suffix and leaves the original alone', async () => {
    const folder = await temporaryFolder();
    const original = await picture();
    await writeFile(join(folder, 'a.jpg'), original);
    expect((await runCli(join(folder, 'a.jpg'), '-q', '60', '--resize', '100')).code).toBe(0);
    expect((await readdir(folder)).sort()).toEqual(['a-small.jpg', 'a.jpg']);
    expect(await readFile(join(folder, 'a.jpg'))).toEqual(original);
    expect(await sharp(join(folder, 'a-small.jpg')).metadata()).toMatchObject({ width: 100, height: 75 });
  });

  it('tells every event as a line of JSON, the summary last', async () => {
    const folder = await temporaryFolder();
    await writePicture(join(folder, 'a.jpg'));
    await writeFile(join(folder, 'broken.jpg'), 'this is text');
    const result = await runCli(folder, '--to', 'webp', '--out', join(folder, 'out'), '--json', '--stats');
    expect(result.code).toBe(1);
    const told = events(result);
    const done = told.find((line) => line.event === 'job.done');
    expect(done).toMatchObject({
      source: join(folder, 'a.jpg'),
      output: join(folder, 'out/a.webp'),
      report: {
        outcome: 'converted',
        source: { format: 'jpeg', width: 320, height: 240 },
        output: { format: 'webp', width: 320, height: 240 },
        score: { target: 85 },
      },
    });
    expect(told.find((line) => line.event === 'job.failed')).toMatchObject({
      source: join(folder, 'broken.jpg'),
      error: { code: 'not-an-image' },
    });
    expect(told.at(-1)).toMatchObject({ event: 'summary', total: 2, done: 1, failed: 1 });
    expect(told.at(-1)?.['stats']).toBeTypeOf('object');
    expect(result.stdout.trim().split('\n')).toHaveLength(told.length);
    expect(result.stderr).toBe('');
  });

  it('says in a dry run what it would write, and writes nothing', async () => {
    const folder = await temporaryFolder();
    await writePicture(join(folder, 'in/a.jpg'));
    const result = await runCli(
      join(folder, 'in'),
      '--to',
      'avif',
      '--out',
      join(folder, 'out'),
      '--dry-run',
    );
    expect(result).toMatchObject({
      code: 0,
      stdout: `${join(folder, 'in/a.jpg')} → ${join(folder, 'out/a.avif')}\n`,
    });
    expect(await readdir(folder)).toEqual(['in']);
  });

  it('reads a recipe from a file and lets options override it', async () => {
    const folder = await temporaryFolder();
    await writePicture(join(folder, 'a.jpg'));
    const recipe = {
      to: 'png',
      resize: { width: 64 },
      output: { place: 'folder', folder: join(folder, 'out') },
    };
    await writeFile(join(folder, 'recipe.json'), JSON.stringify(recipe));
    const result = await runCli(
      join(folder, 'a.jpg'),
      '--recipe',
      join(folder, 'recipe.json'),
      '--to',
      'webp',
    );
    expect(result).toMatchObject({ code: 0 });
    expect(await sharp(join(folder, 'out/a.webp')).metadata()).toMatchObject({ format: 'webp', width: 64 });
  });

  it('gives two sources of one name two outputs', async () => {
    const folder = await temporaryFolder();
    await writePicture(join(folder, 'in/a.jpg'));
    await writePicture(join(folder, 'in/a.png'), { format: 'png' });
    await writePicture(join(folder, 'in/A.webp'), { format: 'webp' });
    await mkdir(join(folder, 'out'));
    await writeFile(join(folder, 'out/a.avif'), 'mine');
    const result = await runCli(
      join(folder, 'in'),
      '--to',
      'avif',
      '-e',
      'fast',
      '--out',
      join(folder, 'out'),
    );
    expect(result.code).toBe(0);
    expect(await readdir(join(folder, 'out'))).toHaveLength(4);
    expect(await readFile(join(folder, 'out/a.avif'), 'utf8')).toBe('mine');
  });

  it('skips what is there when told to', async () => {
    const folder = await temporaryFolder();
    await writePicture(join(folder, 'in/a.jpg'));
    const args = [
      join(folder, 'in'),
      '--to',
      'webp',
      '--out',
      join(folder, 'out'),
      '--existing',
      'skip',
      '--json',
    ];
    expect(events(await runCli(...args)).at(-1)).toMatchObject({ done: 1, skipped: 0 });
    expect(events(await runCli(...args)).at(-1)).toMatchObject({ done: 0, skipped: 1 });
    expect(await readdir(join(folder, 'out'))).toEqual(['a.webp']);
  });
});
