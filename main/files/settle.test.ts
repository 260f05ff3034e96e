import { link, mkdir, readdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { sha256 } from '../../tests/fixtures/commits.ts';
import { temporaryFolder } from '../../tests/fixtures/temporary-folder.ts';
import { identityAt } from './identity.ts';
import { settle, sweep, type Unfinished } from './settle.ts';

const temporaryFile = '.millrace-0123456789abcdef-0123456789abcdef.tmp';

interface Ruin {
  readonly folder: string;
  readonly path: string;
  readonly temporary: string;
  readonly backup: string;
  readonly original: string;
  /** As it was written down. */
  readonly unfinished: Unfinished;
}

/** What a run may leave behind: its temporary file is whole, nothing else has happened yet. */
async function ruin(kind: 'new' | 'same-name' | 'other-name'): Promise<Ruin> {
  const root = await temporaryFolder();
  const folder = join(root, 'pictures');
  await mkdir(folder);
  await mkdir(join(root, 'backups'));
  const original = join(folder, 'a.jpg');
  const path = kind === 'same-name' ? original : join(folder, 'a.webp');
  const temporary = join(folder, temporaryFile);
  const backup = join(root, 'backups/a.jpg');
  if (kind !== 'new') await writeFile(original, 'the original');
  await writeFile(temporary, 'smaller');
  const replaces = { original, backup, sha256: sha256('the original'), bytes: 12, modifiedMs: 0 };
  const identity = (await identityAt(temporary)) ?? '';
  const unfinished = {
    temporary,
    path,
    sha256: sha256('smaller'),
    identity,
    replaces: kind === 'new' ? undefined : replaces,
  };
  return { folder, path, temporary, backup, original, unfinished };
}

describe('a new output', () => {
  it('that is whole gets its name', async () => {
    const { folder, path, unfinished } = await ruin('new');
    expect(await settle(unfinished)).toBe('committed');
    expect(await readdir(folder)).toEqual(['a.webp']);
    expect(await readFile(path, 'utf8')).toBe('smaller');
  });

  it('that has its name already loses its other one', async () => {
    const { folder, path, temporary, unfinished } = await ruin('new');
    await link(temporary, path);
    expect(await settle(unfinished)).toBe('committed');
    expect(await readdir(folder)).toEqual(['a.webp']);
  });

  it('takes the place of the empty file that claimed its name', async () => {
    const { folder, path, unfinished } = await ruin('new');
    await writeFile(path, '');
    expect(await settle(unfinished)).toBe('committed');
    expect(await readdir(folder)).toEqual(['a.webp']);
    expect(await readFile(path, 'utf8')).toBe('smaller');
  });

  it('that was cut off goes', async () => {
    const { folder, temporary, unfinished } = await ruin('new');
    await writeFile(temporary, 'sma');
    expect(await settle(unfinished)).toBe('withdrawn');
    expect(await readdir(folder)).toEqual([]);
  });

  it('whose name is somebody else’s by now goes', async () => {
    const { folder, path, unfinished } = await ruin('new');
    await writeFile(path, 'mine');
    expect(await settle(unfinished)).toBe('withdrawn');
    expect(await readdir(folder)).toEqual(['a.webp']);
    expect(await readFile(path, 'utf8')).toBe('mine');
  });
});

describe.each(['same-name', 'other-name'] as const)('a replacement under the %s', (kind) => {
  it('that had not begun is carried out, with its backup', async () => {
    const { path, backup, folder, unfinished } = await ruin(kind);
    expect(await settle(unfinished)).toBe('committed');
    expect(await readFile(path, 'utf8')).toBe('smaller');
    expect(await readFile(backup, 'utf8')).toBe('the original');
    expect(await readdir(folder)).toHaveLength(1);
  });

  it('whose backup was cut off is carried out with a whole one', async () => {
    const { path, backup, unfinished } = await ruin(kind);
    await writeFile(backup, 'the ori');
    expect(await settle(unfinished)).toBe('committed');
    expect(await readFile(path, 'utf8')).toBe('smaller');
    expect(await readFile(backup, 'utf8')).toBe('the original');
  });

  it('whose output was cut off is taken back', async () => {
    const { original, backup, temporary, folder, unfinished } = await ruin(kind);
    await link(original, backup);
    await writeFile(temporary, 'sma');
    expect(await settle(unfinished)).toBe('withdrawn');
    expect(await readFile(original, 'utf8')).toBe('the original');
    expect(await readdir(folder)).toEqual(['a.jpg']);
    await expect(readFile(backup)).rejects.toThrow('ENOENT');
  });

  it('that was all but done is done', async () => {
    const { original, path, backup, temporary, folder, unfinished } = await ruin(kind);
    await link(original, backup);
    await rename(temporary, path);
    expect(await settle(unfinished)).toBe('committed');
    expect(await readFile(path, 'utf8')).toBe('smaller');
    expect(await readFile(backup, 'utf8')).toBe('the original');
    expect(await readdir(folder)).toHaveLength(1);
  });

  it('leaves alone what a person has written to the place since', async () => {
    const { original, backup, folder, unfinished } = await ruin(kind);
    await rename(original, backup);
    await writeFile(original, 'mine');
    expect(await settle(unfinished)).toBe('kept');
    expect(await readFile(original, 'utf8')).toBe('mine');
    expect(await readFile(backup, 'utf8')).toBe('the original');
    expect(await readdir(folder)).toEqual(['a.jpg']);
  });

  it('is not taken for done where another run has made the same', async () => {
    const { original, path, backup, temporary, unfinished } = await ruin(kind);
    await rename(original, `${backup}-of-another`);
    await writeFile(path, 'smaller');
    expect(await settle(unfinished)).toBe('withdrawn');
    expect(await readFile(path, 'utf8')).toBe('smaller');
    await expect(readFile(temporary)).rejects.toThrow('ENOENT');
  });
});

it('sweeps up what dead runs began to write, and nothing else', async () => {
  const folder = await temporaryFolder();
  const alive = '.millrace-aaaaaaaaaaaaaaaa-0123456789abcdef.tmp';
  for (const name of [temporaryFile, alive, '.millrace-other.tmp', 'a.jpg']) {
    await writeFile(join(folder, name), '');
  }
  const gone = join(folder, 'not there');
  expect(await sweep([folder, gone], (run) => run.startsWith('a'))).toEqual([join(folder, temporaryFile)]);
  expect((await readdir(folder)).sort()).toEqual(['.millrace-other.tmp', alive, 'a.jpg'].sort());
});
