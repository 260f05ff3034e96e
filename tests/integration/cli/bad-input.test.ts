import { execFile } from 'node:child_process';
import { chmod, chown, mkdir, readdir, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { picture, writePicture } from '../../fixtures/pictures.ts';
import { boundUser, events, runCli, startCli, type CliEvent } from '../../fixtures/run-cli.ts';
import { temporaryFolder } from '../../fixtures/temporary-folder.ts';

const user = boundUser();

/** A folder with one good picture and whatever else a test puts there. */
async function folderWithGoodPicture(): Promise<string> {
  const folder = await temporaryFolder();
  await writePicture(join(folder, 'in/good.jpg'));
  return folder;
}

async function convert(
  folder: string,
  ...more: string[]
): Promise<{ code: number | null; told: CliEvent[] }> {
  const inputs = more.length > 0 ? more : [join(folder, 'in')];
  const result = await runCli(...inputs, '--to', 'webp', '--out', join(folder, 'out'), '--json');
  return { code: result.code, told: events(result) };
}

/** Like `convert`, as a user whom permissions bind, once `forbid` has taken one away. */
async function convertAsBoundUser(
  folder: string,
  forbid: () => Promise<void>,
): Promise<{ code: number | null; told: CliEvent[] }> {
  const uid = user ?? 0;
  for (const path of ['', ...(await readdir(folder, { recursive: true }))])
    await chown(join(folder, path), uid, uid);
  await forbid();
  const args = [join(folder, 'in'), '--to', 'webp', '--out', join(folder, 'out'), '--json'];
  const result = await startCli(args, { uid }).ended;
  return { code: result.code, told: events(result) };
}

function failure(told: CliEvent[]): unknown {
  return told.find((event) => event.event === 'job.failed')?.['error'];
}

/** The bad one fails with a code and a sentence that names it, the good one is done, the exit code is 1. */
async function expectOneFailure(
  folder: string,
  code: string,
  name: string,
  ...inputs: string[]
): Promise<void> {
  const result = await convert(folder, ...inputs);
  expect(failure(result.told)).toMatchObject({ code });
  expect((failure(result.told) as { message: string }).message).toContain(name);
  expect(result.told.at(-1)).toMatchObject({ event: 'summary', failed: 1 });
  expect(await readdir(join(folder, 'out'))).toEqual(['good.webp']);
  expect(result.code).toBe(1);
}

describe('bad pictures', () => {
  it('an empty file', async () => {
    const folder = await folderWithGoodPicture();
    await writeFile(join(folder, 'in/empty.jpg'), '');
    await expectOneFailure(folder, 'empty-file', 'empty.jpg');
  });

  it('a truncated file', async () => {
    const folder = await folderWithGoodPicture();
    await writePicture(join(folder, 'in/cut.jpg'));
    await truncate(join(folder, 'in/cut.jpg'), 4000);
    await expectOneFailure(folder, 'damaged-image', 'cut.jpg');
  });

  it('text called .jpg', async () => {
    const folder = await folderWithGoodPicture();
    await writeFile(join(folder, 'in/letter.jpg'), 'Dear Sir or Madam,');
    await expectOneFailure(folder, 'not-an-image', 'letter.jpg');
  });

  it('a picture of no size', async () => {
    const folder = await folderWithGoodPicture();
    const zero = Buffer.from(await picture({ format: 'png' }));
    zero.writeUInt32BE(0, 16);
    await writeFile(join(folder, 'in/zero.png'), zero);
    await expectOneFailure(folder, 'damaged-image', 'zero.png');
  });

  it('a wrong extension is no problem', async () => {
    const folder = await temporaryFolder();
    await mkdir(join(folder, 'in'));
    await writeFile(join(folder, 'in/really-png.jpg'), await picture({ format: 'png' }));
    const { code, told } = await convert(folder);
    expect(code).toBe(0);
    expect(told.find((event) => event.event === 'job.done')).toMatchObject({
      report: { source: { format: 'png' } },
    });
  });
});

describe('bad files', () => {
  it('a file that is not there', async () => {
    const folder = await folderWithGoodPicture();
    await expectOneFailure(
      folder,
      'source-not-found',
      'gone.jpg',
      join(folder, 'in/good.jpg'),
      join(folder, 'in/gone.jpg'),
    );
  });

  it('a file that vanishes while others are worked on', async () => {
    const folder = await temporaryFolder();
    // What is small comes last: it is gone long before.
    const vanishing = join(folder, 'in/vanishing.jpg');
    await writePicture(vanishing, { width: 16, height: 12 });
    for (let n = 1; n <= 8; n += 1)
      await writePicture(join(folder, `in/${String(n)}.jpg`), { width: 1200, height: 900 });
    const cli = startCli([
      join(folder, 'in'),
      '-j',
      '1',
      '--to',
      'webp',
      '--out',
      join(folder, 'out'),
      '--json',
    ]);
    await cli.next(({ event, intakeEnded }) => event === 'progress' && intakeEnded === true);
    await rm(vanishing);
    const result = await cli.ended;
    expect(result.code).toBe(1);
    expect(failure(events(result))).toMatchObject({
      code: 'source-not-found',
      message: expect.stringContaining('vanishing.jpg') as string,
    });
    expect(await readdir(join(folder, 'out'))).toHaveLength(8);
  });

  it('a link to nothing in a folder', async () => {
    const folder = await folderWithGoodPicture();
    await symlink(join(folder, 'nowhere.jpg'), join(folder, 'in/dangling.jpg'));
    await expectOneFailure(folder, 'source-not-found', 'dangling.jpg');
  });

  it.skipIf(user === undefined)('a file that may not be read', async () => {
    const folder = await folderWithGoodPicture();
    const secret = join(folder, 'in/secret.jpg');
    await writeFile(secret, await picture());
    const { told, code } = await convertAsBoundUser(folder, () => chmod(secret, 0o000));
    expect(failure(told)).toMatchObject({ code: 'source-unreadable' });
    expect(told.at(-1)).toMatchObject({ done: 1, failed: 1 });
    expect(code).toBe(1);
  });

  it('a folder without pictures', async () => {
    const folder = await temporaryFolder();
    await mkdir(join(folder, 'in'));
    await writeFile(join(folder, 'in/a.txt'), 'text');
    const { code, told } = await convert(folder);
    expect(code).toBe(1);
    expect(told.at(-1)).toMatchObject({
      event: 'summary',
      total: 0,
      ignored: 1,
      stopped: { code: 'no-images' },
    });
  });

  it.skipIf(process.platform === 'win32')(
    'a fifo in a folder is left alone, a named one is refused',
    async () => {
      const folder = await folderWithGoodPicture();
      await promisify(execFile)('mkfifo', [join(folder, 'in/pipe.jpg')]);
      const { code, told } = await convert(folder);
      expect(code).toBe(0);
      expect(told.find((event) => event.event === 'ignored')).toMatchObject({ reason: 'special-file' });
      const named = await convert(folder, join(folder, 'in/pipe.jpg'));
      expect(failure(named.told)).toMatchObject({ code: 'source-not-a-file' });
    },
  );

  it.skipIf(process.platform === 'win32')('a device is refused', async () => {
    const folder = await temporaryFolder();
    const { code, told } = await convert(folder, '/dev/zero');
    expect(code).toBe(1);
    expect(failure(told)).toMatchObject({ code: 'source-not-a-file' });
  });

  it('loops of links end', async () => {
    const folder = await folderWithGoodPicture();
    await symlink(join(folder, 'in'), join(folder, 'in/again'));
    const { code, told } = await convert(folder);
    expect(code).toBe(0);
    expect(told.at(-1)).toMatchObject({ done: 1 });
  });
});

describe('names', () => {
  it('umlauts, other scripts, emoji, spaces, quotes, newlines and leading dashes', async () => {
    const folder = await temporaryFolder();
    const names = [
      'Grüße aus Köln',
      '東京の写真',
      '🏖️ beach',
      'it\'s a "quote"',
      'two\nlines',
      '-dash',
      '100% $HOME `x`',
    ];
    for (const name of names) await writePicture(join(folder, 'in', `${name}.jpg`));
    const { code } = await convert(folder);
    expect(code).toBe(0);
    expect((await readdir(join(folder, 'out'))).sort()).toEqual(names.map((name) => `${name}.webp`).sort());
  });

  it('names of 255 bytes, cut where a suffix would not fit', async () => {
    const folder = await temporaryFolder();
    const long = `${'ü'.repeat(125)}a.jpg`;
    expect(Buffer.byteLength(long)).toBe(255);
    await writePicture(join(folder, 'in', long));
    const { code } = await convert(folder);
    expect(code).toBe(0);
    const [name] = await readdir(join(folder, 'out'));
    expect(Buffer.byteLength(name ?? '')).toBeLessThanOrEqual(255);
    expect(name).toMatch(/^ü+.*\.webp$/);
  });
});

describe('bad destinations', () => {
  it('an output folder that is a file', async () => {
    const folder = await folderWithGoodPicture();
    await writeFile(join(folder, 'out'), 'I am a file');
    const { code, told } = await convert(folder);
    expect(code).toBe(1);
    expect(failure(told)).toMatchObject({ code: 'destination-unwritable' });
    expect((failure(told) as { message: string }).message).toContain(join(folder, 'out'));
  });

  it('a folder that has the name of the output', async () => {
    const folder = await folderWithGoodPicture();
    await mkdir(join(folder, 'out/good.webp'), { recursive: true });
    const { code } = await convert(folder);
    // The name is taken, so another is given.
    expect(code).toBe(0);
    expect((await readdir(join(folder, 'out'))).sort()).toEqual(['good (2).webp', 'good.webp']);
  });

  it.skipIf(user === undefined)('a folder that may not be written', async () => {
    const folder = await folderWithGoodPicture();
    await mkdir(join(folder, 'out'));
    const { told, code } = await convertAsBoundUser(folder, () => chmod(join(folder, 'out'), 0o555));
    expect(failure(told)).toMatchObject({ code: 'destination-unwritable' });
    expect(code).toBe(1);
    await chmod(join(folder, 'out'), 0o755);
  });

  it('a destination inside the source is not walked again', async () => {
    const folder = await temporaryFolder();
    await writePicture(join(folder, 'a.jpg'));
    const args = [folder, '--to', 'webp', '--out', join(folder, 'small'), '--json'];
    expect(events(await runCli(...args)).at(-1)).toMatchObject({ done: 1 });
    expect(events(await runCli(...args)).at(-1)).toMatchObject({ done: 1 });
    expect((await readdir(join(folder, 'small'))).sort()).toEqual(['a (2).webp', 'a.webp']);
  });
});
