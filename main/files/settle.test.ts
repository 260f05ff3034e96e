import {
  copyFile,
  link,
  mkdir,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { sha256 } from '../../tests/fixtures/commits.ts';
import { temporaryFolder } from '../../tests/fixtures/temporary-folder.ts';
import { realFiles, type DiskFiles } from './durable.ts';
import { identityAt } from './identity.ts';
import { settle, type Unfinished } from './settle.ts';

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

/** As written down on a drive that is not connected, or that has got another number since. */
function onADrive(unfinished: Unfinished): Unfinished {
  return { ...unfinished, identity: unfinished.identity.replace(/^\d+/, '1') };
}

it('a backup that has its bytes, but not its date yet, gets it', async () => {
  const { original, path, backup, unfinished } = await ruin('same-name');
  await utimes(original, 1_500_000_000, 1_500_000_000);
  await writeFile(backup, 'the original');
  expect(await settle(unfinished)).toBe('committed');
  expect(await readFile(path, 'utf8')).toBe('smaller');
  expect(await readFile(backup, 'utf8')).toBe('the original');
  expect((await stat(backup)).mtimeMs).toBe(1_500_000_000_000);
});

describe('a disk that got another number when the computer was restarted', () => {
  it.each(['same-name', 'other-name'] as const)('does not hide what was done (%s)', async (kind) => {
    const { folder, original, path, temporary, backup, unfinished } = await ruin(kind);
    await copyFile(original, backup);
    await rename(temporary, path);
    expect(await settle(onADrive(unfinished))).toBe('committed');
    expect(await readdir(folder)).toEqual([basename(path)]);
    expect(await readFile(path, 'utf8')).toBe('smaller');
    expect(await readFile(backup, 'utf8')).toBe('the original');
  });

  it.each([
    ['new', 'withdrawn'],
    ['same-name', 'kept'],
  ] as const)('is not waited for where it is (%s)', async (kind, settlement) => {
    const { folder, original, temporary, backup, unfinished } = await ruin(kind);
    if (kind !== 'new') await rename(original, backup);
    await rm(temporary);
    await writeFile(join(folder, 'other.jpg'), 'another picture');
    expect(await settle(onADrive(unfinished))).toBe(settlement);
  });
});

describe('what is not found', () => {
  it.each(['new', 'same-name', 'other-name'] as const)(
    'on a drive that is not connected is for another start (%s)',
    async (kind) => {
      const { folder, original, backup, unfinished } = await ruin(kind);
      if (kind !== 'new') await rename(original, backup);
      await rename(folder, `${folder}-elsewhere`);
      await expect(settle(onADrive(unfinished))).rejects.toThrow(`${folder} is not there`);
      await mkdir(folder);
      await expect(settle(onADrive(unfinished))).rejects.toThrow(`${folder} is not there`);
      if (kind !== 'new') expect(await readFile(backup, 'utf8')).toBe('the original');
    },
  );

  it.each(['same-name', 'other-name'] as const)(
    'because the drive of the backups is not connected is for another start (%s)',
    async (kind) => {
      const { original, backup, unfinished } = await ruin(kind);
      await rename(original, backup);
      await rename(dirname(backup), `${dirname(backup)}-elsewhere`);
      await expect(settle(unfinished)).rejects.toThrow(`${dirname(backup)} is not there`);
      expect(await readFile(unfinished.temporary, 'utf8')).toBe('smaller');
    },
  );

  it('because its folder was removed is gone, or in the backup', async () => {
    const fresh = await ruin('new');
    await rm(fresh.folder, { recursive: true });
    expect(await settle(fresh.unfinished)).toBe('withdrawn');
    const replaced = await ruin('same-name');
    await rename(replaced.original, replaced.backup);
    await rm(replaced.folder, { recursive: true });
    expect(await settle(replaced.unfinished)).toBe('kept');
    expect(await readFile(replaced.backup, 'utf8')).toBe('the original');
  });

  it.each(['same-name', 'other-name'] as const)(
    'of the backups leaves the original where it is (%s)',
    async (kind) => {
      const { folder, original, backup, unfinished } = await ruin(kind);
      await rm(dirname(backup), { recursive: true });
      expect(await settle(unfinished)).toBe('withdrawn');
      expect(await readdir(folder)).toEqual(['a.jpg']);
      expect(await readFile(original, 'utf8')).toBe('the original');
    },
  );
});

describe('the empty file that claimed a name', () => {
  it.each(['new', 'other-name'] as const)('goes with its output (%s)', async (kind) => {
    const { folder, path, temporary, unfinished } = await ruin(kind);
    await writeFile(temporary, 'sma');
    await writeFile(path, '');
    expect(await settle(unfinished)).toBe('withdrawn');
    expect(await readdir(folder)).toEqual(kind === 'new' ? [] : ['a.jpg']);
  });

  it('is not what a person has emptied', async () => {
    const { folder, original, backup, unfinished } = await ruin('same-name');
    await rename(original, backup);
    await writeFile(original, '');
    expect(await settle(unfinished)).toBe('kept');
    expect(await readdir(folder)).toEqual(['a.jpg']);
  });
});

describe('somebody who writes to the original while it is settled', () => {
  /** A disk on which somebody writes to a file right before it is looked at for the last time. */
  function writing(path: string): DiskFiles {
    return {
      ...realFiles,
      stat: async (asked) => {
        if (asked === path) await writeFile(path, 'what a person wrote');
        return realFiles.stat(asked);
      },
    };
  }

  it.each(['same-name', 'other-name'] as const)('keeps it, and the backup (%s)', async (kind) => {
    const { original, backup, unfinished } = await ruin(kind);
    await writeFile(backup, 'the original');
    await expect(settle(unfinished, writing(original))).rejects.toThrow('is being written to');
    expect(await readFile(original, 'utf8')).toBe('what a person wrote');
    expect(await readFile(backup, 'utf8')).toBe('the original');
  });

  it('keeps it where it was to give way to what is already there', async () => {
    const { original, path, backup, temporary, unfinished } = await ruin('other-name');
    await writeFile(backup, 'the original');
    await rename(temporary, path);
    expect(await settle(unfinished, writing(original))).toBe('committed');
    expect(await readFile(original, 'utf8')).toBe('what a person wrote');
  });

  it('keeps the backup where the output is taken back', async () => {
    const { original, backup, temporary, unfinished } = await ruin('other-name');
    await writeFile(backup, 'the original');
    await writeFile(temporary, 'sma');
    await expect(settle(unfinished, writing(original))).rejects.toThrow('is being written to');
    expect(await readFile(backup, 'utf8')).toBe('the original');
  });
});
