import {
  link,
  mkdir,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  symlink,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Source } from '../../contract/batch.ts';
import type { OutputFormat } from '../../contract/formats.ts';
import { calmly, finished, sha256 } from '../../tests/fixtures/commits.ts';
import { temporaryFolder } from '../../tests/fixtures/temporary-folder.ts';
import type { CommitIntent, CommitRecord } from '../engine/journal.ts';
import type { CommitOptions, FinishedFile } from '../engine/world.ts';
import { realFiles, type DiskFiles } from './durable.ts';
import { identityAt } from './identity.ts';
import { createOutputs } from './outputs.ts';
import { createFileSources } from './sources.ts';

const never = new AbortController().signal;

interface Desk {
  readonly folder: string;
  readonly backups: string;
  readonly path: string;
  /** What the journal was told, in order. */
  readonly told: string[];
  readonly intents: CommitIntent[];
  replace(
    format?: OutputFormat,
    options?: Partial<CommitOptions>,
    file?: Partial<FinishedFile>,
  ): Promise<string>;
}

async function desk(files?: DiskFiles, name = 'a.jpg', holdsSome = false): Promise<Desk> {
  const root = await temporaryFolder();
  const folder = join(root, 'pictures');
  const backups = join(root, 'backups');
  await realFiles.mkdir(folder, { recursive: true });
  const path = join(folder, name);
  await writeFile(path, 'the original');
  await utimes(path, 1_500_000_000, 1_500_000_000.25);
  const told: string[] = [];
  const intents: CommitIntent[] = [];
  const record: CommitRecord = {
    announced: () => Promise.resolve(void told.push('announced')),
    about(intent) {
      intents.push(intent);
      return Promise.resolve(void told.push('about'));
    },
    committed: () => void told.push('committed'),
    withdrawn: () => void told.push('withdrawn'),
  };
  const place = { folder: backups, now: () => new Date(0), holdsSome: () => holdsSome };
  const outputs = createOutputs({ backups: place, ...(files === undefined ? {} : { files }) });
  return {
    folder,
    backups,
    path,
    told,
    intents,
    async replace(format = 'jpeg', options = {}, file = {}) {
      const source: Source = { kind: 'file', path };
      const sources = createFileSources();
      const head = await sources.head(source, never);
      const reservation = await outputs.reserve(source, head, [format], { place: 'in-place' });
      const made = { ...finished('smaller', format), sourceSha256: sha256('the original'), ...file };
      const unchanged = (): Promise<void> => sources.unchanged(source);
      try {
        const { path: written } = await outputs.commit(reservation, made, {
          ...calmly,
          record,
          sourceUnchanged: unchanged,
          ...options,
        });
        return written;
      } finally {
        outputs.release(reservation);
      }
    },
  };
}

async function backupsIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}

function systemError(code: string): Error {
  return Object.assign(new Error(`${code}: so says the test`), { code });
}

const noLinks: DiskFiles = { ...realFiles, link: () => Promise.reject(systemError('EPERM')) };

describe.each([
  ['a second name', undefined],
  ['a copy', noLinks],
])('an original that is replaced is kept as %s', (_what, files) => {
  it('with its bytes and its date, and was written down before', async () => {
    const stage = await desk(files);
    expect(await stage.replace()).toBe(stage.path);
    expect(await readFile(stage.path, 'utf8')).toBe('smaller');
    expect(await readdir(stage.folder)).toEqual(['a.jpg']);
    const [backup = ''] = await backupsIn(stage.backups);
    expect(await readFile(backup, 'utf8')).toBe('the original');
    expect((await stat(backup)).mtimeMs).toBe(1_500_000_000_250);
    expect(backup).toMatch(/a\.jpg$/);
    expect(stage.told).toEqual(['announced', 'about', 'committed']);
    const [intent] = stage.intents;
    expect(intent).toMatchObject({
      path: stage.path,
      sha256: sha256('smaller'),
      replaces: { original: stage.path, backup, sha256: sha256('the original'), bytes: 12 },
    });
    expect(intent?.identity).toBe(await identityAt(stage.path));
  });

  it('also when the output has another extension, and then its name is free', async () => {
    const stage = await desk(files);
    expect(await stage.replace('webp')).toBe(join(stage.folder, 'a.webp'));
    expect(await readdir(stage.folder)).toEqual(['a.webp']);
    expect(await backupsIn(stage.backups)).toHaveLength(1);
  });
});

describe('the name of an output in place', () => {
  it.each(['photo.JPG', 'photo.jpeg'])('stays %s where that fits the format', async (name) => {
    const stage = await desk(undefined, name);
    await stage.replace();
    expect(await readdir(stage.folder)).toEqual([name]);
  });

  it('is another one where the new name is taken, by whatever it may be', async () => {
    const stage = await desk();
    await writeFile(join(stage.folder, 'a.webp'), 'mine');
    expect(await stage.replace('webp')).toBe(join(stage.folder, 'a (2).webp'));
    expect(await readFile(join(stage.folder, 'a.webp'), 'utf8')).toBe('mine');
  });

  it('is that of the file behind a link, which stays a link', async () => {
    const stage = await desk();
    const real = join(stage.folder, 'real.jpg');
    await rename(stage.path, real);
    await symlink(real, stage.path);
    expect(await stage.replace()).toBe(real);
    expect(await readFile(real, 'utf8')).toBe('smaller');
    expect((await readdir(stage.folder)).sort()).toEqual(['a.jpg', 'real.jpg']);
  });
});

describe('nothing is replaced', () => {
  it('when the original is as small as it gets', async () => {
    const stage = await desk();
    expect(await stage.replace('jpeg', {}, { keptOriginal: true })).toBe(stage.path);
    expect(await readFile(stage.path, 'utf8')).toBe('the original');
    expect(stage.told).toEqual([]);
    expect(await backupsIn(stage.backups)).toEqual([]);
  });

  it('when there is nowhere to keep the original', async () => {
    const outputs = createOutputs();
    const source: Source = { kind: 'file', path: '/a.jpg' };
    const head = { bytes: 1, format: 'jpeg', width: 1, height: 1, stem: 'a', modifiedMs: 0 } as const;
    const reserved = outputs.reserve(source, head, ['jpeg'], { place: 'in-place' });
    await expect(reserved).rejects.toMatchObject({ code: 'replace-refused' });
  });

  it('when it is a backup itself', async () => {
    const stage = await desk();
    await stage.replace();
    const [backup = ''] = await backupsIn(stage.backups);
    const outputs = createOutputs({
      backups: { folder: stage.backups, now: () => new Date(0), holdsSome: () => true },
    });
    const source: Source = { kind: 'file', path: backup };
    const head = await createFileSources().head(source, never);
    const reserved = outputs.reserve(source, head, ['jpeg'], { place: 'in-place' });
    await expect(reserved).rejects.toThrow(/is the backup of an original/);
    await expect(reserved).rejects.toMatchObject({ code: 'replace-refused' });
  });

  it('while the folder that backups were kept in is gone, or as empty as a place for a drive', async () => {
    const stage = await desk(realFiles, 'a.jpg', true);
    for (const prepare of [() => Promise.resolve(), () => mkdir(stage.backups)]) {
      await prepare();
      const before = await readdir(dirname(stage.folder));
      await expect(stage.replace()).rejects.toMatchObject({ code: 'replace-refused' });
      await expect(stage.replace()).rejects.toThrow(/Connect its drive/);
      expect(await readdir(dirname(stage.folder))).toEqual(before);
      expect(await readFile(stage.path, 'utf8')).toBe('the original');
      expect(await readdir(stage.folder)).toEqual(['a.jpg']);
    }
    await mkdir(join(stage.backups, 'millrace-backups-2026-11-01-01234567'));
    expect(await stage.replace()).toBe(stage.path);
  });

  it('when the original was written to meanwhile', async () => {
    const stage = await desk();
    const replaced = stage.replace('jpeg', {
      sourceUnchanged: async () => {
        await writeFile(stage.path, 'mine now');
        throw Object.assign(new Error('changed'), { code: 'source-changed' });
      },
    });
    await expect(replaced).rejects.toThrow();
    expect(await readFile(stage.path, 'utf8')).toBe('mine now');
    expect(await readdir(stage.folder)).toEqual(['a.jpg']);
    expect(await backupsIn(stage.backups)).toEqual([]);
  });

  it.each<[string, DiskFiles]>([
    ['the backup', { ...noLinks, copyFile: () => Promise.reject(systemError('ENOSPC')) }],
    ['the copy', { ...noLinks, copyFile: (_from, to) => writeFile(to, 'something else') }],
    ['the name', { ...realFiles, rename: () => Promise.reject(systemError('EIO')) }],
  ])('when %s fails: the original is where it was, and nothing is left', async (_what, files) => {
    const stage = await desk(files);
    await expect(stage.replace()).rejects.toMatchObject({ name: 'MillraceError' });
    expect(await readFile(stage.path, 'utf8')).toBe('the original');
    expect(await readdir(stage.folder)).toEqual(['a.jpg']);
    expect(await backupsIn(stage.backups)).toEqual([]);
    expect(stage.told.at(-1)).toBe('withdrawn');
  });

  it('by an output whose original will not go', async () => {
    let isOriginal = false;
    const files: DiskFiles = {
      ...realFiles,
      unlink: (path) => {
        isOriginal = path.endsWith('pictures/a.jpg');
        return isOriginal ? Promise.reject(systemError('EPERM')) : realFiles.unlink(path);
      },
    };
    const stage = await desk(files);
    await expect(stage.replace('webp')).rejects.toMatchObject({ code: 'destination-unwritable' });
    expect(await readdir(stage.folder)).toEqual(['a.jpg']);
    expect(await backupsIn(stage.backups)).toEqual([]);
  });
});

describe('a drive', () => {
  it('that went with its folder gets no new folder in its place', async () => {
    const stage = await desk({
      ...realFiles,
      open: async (path, flags) => {
        if (flags.startsWith('wx')) await rm(stage.folder, { recursive: true, force: true });
        return realFiles.open(path, flags);
      },
    });
    await expect(stage.replace()).rejects.toMatchObject({ code: 'destination-unwritable' });
    await expect(stat(stage.folder)).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it('that fails and has done it all the same does not cost the backup', async () => {
    const files: DiskFiles = {
      ...realFiles,
      rename: async (from, to) => {
        await realFiles.rename(from, to);
        throw systemError('EIO');
      },
    };
    const stage = await desk(files);
    await expect(stage.replace()).rejects.toMatchObject({ code: 'destination-unwritable' });
    const [backup = ''] = await backupsIn(stage.backups);
    expect(await readFile(backup, 'utf8')).toBe('the original');
    expect(stage.told).toEqual(['announced', 'about']);
  });

  it('that has removed the original and says it has not costs neither the output nor the backup', async () => {
    const files: DiskFiles = {
      ...realFiles,
      unlink: async (path) => {
        await realFiles.unlink(path);
        if (path.endsWith('pictures/a.jpg')) throw systemError('EIO');
      },
    };
    const stage = await desk(files);
    await expect(stage.replace('webp')).rejects.toMatchObject({ code: 'destination-unwritable' });
    expect(await readdir(stage.folder)).toEqual(['a.webp']);
    const [backup = ''] = await backupsIn(stage.backups);
    expect(await readFile(backup, 'utf8')).toBe('the original');
    expect(stage.told).toEqual(['announced', 'about']);
  });

  it.each([
    ['is gone', 'ENOENT'],
    ['does not answer', 'EIO'],
  ])('that %s while the name changes hands does not cost the backup', async (_what, code) => {
    let isGone = false;
    const files: DiskFiles = {
      ...realFiles,
      rename: () => {
        isGone = true;
        return Promise.reject(systemError('EIO'));
      },
      stat: (path) => (isGone ? Promise.reject(systemError(code)) : realFiles.stat(path)),
    };
    const stage = await desk(files);
    await expect(stage.replace()).rejects.toMatchObject({ code: 'destination-unwritable' });
    const [backup = ''] = await backupsIn(stage.backups);
    expect(await readFile(backup, 'utf8')).toBe('the original');
    expect(stage.told).toEqual(['announced', 'about']);
  });

  it('that cannot flush the folder leaves what it has done to the next start', async () => {
    let isTaken = false;
    const files: DiskFiles = {
      ...realFiles,
      rename: async (from, to) => {
        await realFiles.rename(from, to);
        isTaken = true;
      },
      open: async (path, flags) => {
        const handle = await realFiles.open(path, flags);
        if (isTaken) handle.sync = () => Promise.reject(systemError('EIO'));
        return handle;
      },
    };
    const stage = await desk(files);
    await expect(stage.replace()).rejects.toMatchObject({ code: 'destination-unwritable' });
    expect(await backupsIn(stage.backups)).toHaveLength(1);
    expect(stage.told).toEqual(['announced', 'about']);
  });

  it.each(['smeller', 'small', 'smaller still'])(
    'that stores "smaller" as "%s" is found out',
    async (other) => {
      const files: DiskFiles = {
        ...realFiles,
        open: async (path, flags) => {
          const handle = await realFiles.open(path, flags);
          const write = handle.writeFile.bind(handle);
          handle.writeFile = () => write(other);
          return handle;
        },
      };
      const stage = await desk(files);
      await expect(stage.replace()).rejects.toThrow(/gave back other bytes/);
      expect(await readFile(stage.path, 'utf8')).toBe('the original');
    },
  );
});

it('an original that has other names is copied, so that writing under those leaves the backup alone', async () => {
  const stage = await desk();
  await link(stage.path, join(stage.folder, 'other.jpg'));
  await stage.replace();
  await writeFile(join(stage.folder, 'other.jpg'), 'changed');
  const [backup = ''] = await backupsIn(stage.backups);
  expect(await readFile(backup, 'utf8')).toBe('the original');
});
