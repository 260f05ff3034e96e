import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { moving, picture, writePicture } from '../../fixtures/pictures.ts';
import { events, runCli, type CliEvent, type CliResult } from '../../fixtures/run-cli.ts';
import { temporaryFolder } from '../../fixtures/temporary-folder.ts';

function done(result: CliResult): CliEvent {
  const event = events(result).find((line) => line.event === 'job.done');
  if (event === undefined) throw new Error(`nothing was done: ${result.stdout}${result.stderr}`);
  return event;
}

describe('--quality', () => {
  it('is automatic unless a number is given, and the score is told', async () => {
    const folder = await temporaryFolder();
    await writePicture(join(folder, 'a.jpg'));
    const args = [join(folder, 'a.jpg'), '--to', 'webp', '--out', join(folder, 'out'), '--json'];
    const [automatic, level, number] = [
      done(await runCli(...args)),
      done(await runCli(...args, '--quality', 'auto:good')),
      done(await runCli(...args, '--quality', '70')),
    ];
    expect(automatic).toMatchObject({ report: { score: { target: 85 } } });
    expect(level).toMatchObject({ report: { score: { target: 75 } } });
    expect(Number(level['outputBytes'])).toBeLessThan(Number(automatic['outputBytes']));
    expect(number).toMatchObject({ report: { settings: { quality: 70 } } });
    expect(number['report']).not.toHaveProperty('score');
  });

  it('that is nonsense is refused, with what is possible', async () => {
    const result = await runCli('a.png', '--quality', 'auto:superb');
    expect(result.code).toBe(2);
    expect(result.stderr).toContain('very-good');
  });

  it('shows the lowest score, and whose it is', async () => {
    const folder = await temporaryFolder();
    await writePicture(join(folder, 'a.png'), { format: 'png' });
    const result = await runCli(folder, '--to', 'jpeg', '-q', 'auto:70', '--out', join(folder, 'out'));
    expect(result.stdout).toMatch(/lowest\s+7\d\.\d \((?:small|good)\), .*a\.png/);
    const json = await runCli(
      folder,
      '--to',
      'jpeg',
      '-q',
      'auto:70',
      '--out',
      join(folder, 'out'),
      '--json',
    );
    expect(events(json).at(-1)).toMatchObject({
      event: 'summary',
      lowestScore: { source: join(folder, 'a.png'), score: expect.any(Number) as number },
    });
  });
});

describe('--max-bytes', () => {
  it.each([
    ['4000', 4000],
    ['4kB', 4000],
    ['0.005 MB', 5000],
  ])('%s', async (typed, limit) => {
    const folder = await temporaryFolder();
    await writePicture(join(folder, 'a.png'), { format: 'png' });
    const result = await runCli(join(folder, 'a.png'), '--to', 'jpeg', '--max-bytes', typed);
    expect(result.code).toBe(0);
    expect((await readFile(join(folder, 'a-small.jpg'))).byteLength).toBeLessThanOrEqual(limit);
  });

  it('that is nonsense is refused', async () => {
    const result = await runCli('a.png', '--max-bytes', 'few');
    expect(result.code).toBe(2);
    expect(result.stderr).toContain('maxBytes: expected an integer from 100 to 2000000000, got "few"');
  });
});

describe('what could not be done as asked', () => {
  it('is counted and named: files above the limit, and pictures that stand still now', async () => {
    const folder = await temporaryFolder();
    await writePicture(join(folder, 'a.png'), { format: 'png' });
    await writePicture(join(folder, 'b.jpg'), { width: 16, height: 12 });
    await writeFile(join(folder, 'c.gif'), await moving('gif'));
    const args = [folder, '--to', 'png', '--max-bytes', '5kB', '--out', join(folder, 'out')];
    const result = await runCli(...args);
    expect(result.code).toBe(0);
    expect(result.stdout).toMatch(/^larger\s+1 file above 5 kB, reasons above$/m);
    expect(result.stdout).toMatch(/^stand still\s+1 picture: one frame or page of several$/m);
    expect(result.stderr).toMatch(
      /^larger\s+\S*a\.png\n\s+[\d.]+ kB: PNG has no quality to choose; nothing could give way/m,
    );
    expect(result.stderr).not.toMatch(/b\.jpg|c\.gif/);

    const quiet = await runCli(...args, '--again', '--quiet');
    expect(quiet).toMatchObject({ code: 0, stdout: '', stderr: '' });

    const json = await runCli(...args, '--again', '--json');
    expect(events(json).at(-1)).toMatchObject({
      event: 'summary',
      maxBytes: 5000,
      overLimit: [{ source: join(folder, 'a.png'), reason: expect.stringContaining('PNG') as string }],
      lostFrames: 1,
    });
  });

  it('is told of a picture that is too large at the lowest quality, too', async () => {
    const folder = await temporaryFolder();
    await writePicture(join(folder, 'a.png'), { format: 'png' });
    const result = await runCli(folder, '--to', 'jpeg', '--max-bytes', '100');
    expect(result.code).toBe(0);
    expect(result.stderr).toContain('not even the lowest quality fits into 100 bytes');
  });
});

describe('--to best', () => {
  it('gives each output the extension of its format, and no two the same name', async () => {
    const folder = await temporaryFolder();
    await writePicture(join(folder, 'a.png'), { format: 'png' });
    await writeFile(join(folder, 'a.jpg'), await picture({ width: 160, height: 120 }));
    const flat = {
      width: 300,
      height: 200,
      channels: 4,
      background: { r: 9, g: 90, b: 200, alpha: 0.5 },
    } as const;
    await writeFile(join(folder, 'flat.png'), await sharp({ create: flat }).png().toBuffer());
    const out = join(folder, 'out');
    const result = await runCli(folder, '--to', 'best', '-e', 'fast', '--out', out, '--json');
    expect(result).toMatchObject({ code: 0, stderr: '' });
    const names = (await readdir(out)).sort();
    expect(names).toHaveLength(3);
    expect(new Set(names.map((name) => name.replace(/\.\w+$/, '')))).toEqual(new Set(['a', 'a (2)', 'flat']));
    for (const event of events(result).filter(({ event }) => event === 'job.done')) {
      const { format } = await sharp(String(event['output'])).metadata();
      const extension = String(event['output']).split('.').at(-1);
      expect(format).toBe(extension === 'jpg' ? 'jpeg' : extension === 'avif' ? 'heif' : extension);
    }
    const again = await runCli(folder, '--to', 'best', '-e', 'fast', '--out', out, '--existing', 'skip');
    expect(again.code).toBe(0);
    expect((await readdir(out)).sort()).toEqual(names);
  });

  it('chooses from what --best-of names', async () => {
    const folder = await temporaryFolder();
    await writePicture(join(folder, 'a.png'), { format: 'png' });
    await runCli(join(folder, 'a.png'), '--to', 'best', '--best-of', 'jpg,png', '--out', join(folder, 'out'));
    expect((await readdir(join(folder, 'out')))[0]).toMatch(/^a\.(?:jpg|png)$/);
  });

  it('does not go with the number of one encoder', async () => {
    const result = await runCli('a.png', '--to', 'best', '-q', '80');
    expect(result.code).toBe(2);
    expect(result.stderr).toContain('quality: expected "auto"');
  });
});
