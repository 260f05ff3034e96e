import { mkdir, open, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { MillraceError } from '../../contract/errors.ts';
import { calmly, finished } from '../../tests/fixtures/commits.ts';
import { temporaryFolder } from '../../tests/fixtures/temporary-folder.ts';
import { noRecord } from '../engine/journal.ts';
import { commitFile } from './commit.ts';
import { NameTaken, realFiles, type DiskFiles } from './durable.ts';

const never = new AbortController().signal;
const run = '0123456789abcdef';
const bytes = Buffer.alloc(100_000, 'picture');
const file = finished(bytes);

function systemError(code: string): Error {
  return Object.assign(new Error(`${code}: so says the test`), { code });
}

/** The real file system with one step that fails. */
function failing(step: keyof DiskFiles, code: string): DiskFiles {
  return { ...realFiles, [step]: () => Promise.reject(systemError(code)) };
}

/** A disk that will not let go of one file. */
function unlinkNot(path: string): DiskFiles['unlink'] {
  return (asked) => (asked === path ? Promise.reject(systemError('EIO')) : realFiles.unlink(asked));
}

type Handle = Awaited<ReturnType<DiskFiles['open']>>;

/** The real file system with open files of which one step fails. */
function failingHandle(step: 'writeFile' | 'utimes' | 'sync', code: string, flags = 'wx+'): DiskFiles {
  return {
    ...realFiles,
    async open(path, asked) {
      const handle: Handle = await open(path, asked);
      if (asked === flags) handle[step] = () => Promise.reject(systemError(code));
      return handle;
    },
  };
}

function permissions({ mode }: { readonly mode: number }): string {
  return (mode & 0o777).toString(8);
}

/** A disk without hard links. */
const noLinks = failing('link', 'EPERM');

async function commit(path: string, files?: DiskFiles, signal = never): Promise<unknown> {
  try {
    await commitFile(path, file, {
      ...calmly,
      run,
      modifiedMs: 1_500_000_000_500,
      signal,
      ...(files === undefined ? {} : { files }),
    });
    return 'done';
  } catch (error) {
    if (error instanceof NameTaken) return 'taken';
    if (!(error instanceof MillraceError)) throw error;
    expect(error.code === 'cancelled' || error.message.includes(path)).toBe(true);
    return error.code;
  }
}

it('on macOS a commit keeps when the file was made: its modified time is set to that first', async () => {
  const times: unknown[] = [];
  const files: DiskFiles = {
    ...realFiles,
    async open(path, flags) {
      const handle: Handle = await open(path, flags);
      const utimes = handle.utimes.bind(handle);
      handle.utimes = (accessed, modified) => {
        times.push(modified);
        return utimes(accessed, modified);
      };
      return handle;
    },
  };
  const path = join(await temporaryFolder(), 'a.webp');
  const { platform } = process;
  onTestFinished(() => {
    Object.defineProperty(process, 'platform', { value: platform });
  });
  Object.defineProperty(process, 'platform', { value: 'darwin' });
  const traits = { createdMs: 1_400_000_000_000, modifiedMs: 1_500_000_000_000, mode: undefined };
  await commitFile(path, file, { ...calmly, ...traits, run, signal: never, files });
  expect(times).toEqual([1_400_000_000, 1_500_000_000]);
  expect((await stat(path)).mtimeMs).toBe(1_500_000_000_000);
});

describe.each([
  ['a disk with hard links', undefined],
  ['a disk without', noLinks],
  ['a disk without, as Windows says it', failing('link', 'EISDIR')],
])('on %s a commit', (_what, files) => {
  it('writes all bytes, keeps the modified time and leaves nothing else', async () => {
    const folder = await temporaryFolder();
    const path = join(folder, 'new/tree/a.webp');
    expect(await commit(path, files)).toBe('done');
    expect(Buffer.compare(await readFile(path), bytes)).toBe(0);
    expect((await stat(path)).mtimeMs).toBe(1_500_000_000_500);
    expect(await readdir(join(folder, 'new/tree'))).toEqual(['a.webp']);
  });

  it('never writes over what is there', async () => {
    const folder = await temporaryFolder();
    await writeFile(join(folder, 'a.webp'), 'mine');
    await mkdir(join(folder, 'b.webp'));
    expect(await commit(join(folder, 'a.webp'), files)).toBe('taken');
    expect(await commit(join(folder, 'b.webp'), files)).toBe('taken');
    expect(await readFile(join(folder, 'a.webp'), 'utf8')).toBe('mine');
    expect((await readdir(folder)).sort()).toEqual(['a.webp', 'b.webp']);
  });

  it('gives one name to one of many', async () => {
    const folder = await temporaryFolder();
    const path = join(folder, 'a.webp');
    const ends = await Promise.all(Array.from({ length: 8 }, () => commit(path, files)));
    expect(ends.sort()).toEqual(['done', ...Array<string>(7).fill('taken')]);
    expect(Buffer.compare(await readFile(path), bytes)).toBe(0);
    expect(await readdir(folder)).toEqual(['a.webp']);
  });

  it('keeps a modified time of before 1970', async () => {
    const path = join(await temporaryFolder(), 'a.webp');
    await commitFile(path, file, {
      ...calmly,
      run,
      modifiedMs: -5_500,
      ...(files === undefined ? {} : { files }),
    });
    expect((await stat(path)).mtimeMs).toBe(-5_500);
  });

  it('takes a name of 255 bytes', async () => {
    const folder = await temporaryFolder();
    const name = `${'ü'.repeat(125)}.webp`;
    expect(Buffer.byteLength(name)).toBe(255);
    expect(await commit(join(folder, name), files)).toBe('done');
    expect(await readdir(folder)).toEqual([name]);
  });
});

it('a commit makes the folder that is missing, and leaves one alone that is there', async () => {
  const folder = await temporaryFolder();
  const made: string[] = [];
  const files: DiskFiles = {
    ...realFiles,
    mkdir: (path, options) => {
      made.push(path);
      return realFiles.mkdir(path, options);
    },
  };
  for (const name of ['a', 'b']) {
    expect(await commit(join(folder, `new/tree/${name}.webp`), files)).toBe('done');
  }
  expect(made).toEqual([join(folder, 'new/tree')]);
  expect((await readdir(join(folder, 'new/tree'))).sort()).toEqual(['a.webp', 'b.webp']);
});

it.skipIf(process.platform === 'win32')('what is being written is the owner’s alone to read', async () => {
  const folder = await temporaryFolder();
  const seen: string[] = [];
  const files: DiskFiles = {
    ...realFiles,
    open: async (path, flags, mode) => {
      const handle: Handle = await open(path, flags, mode);
      const write = handle.writeFile.bind(handle);
      handle.writeFile = async (...asked) => {
        await write(...asked);
        seen.push(permissions(await stat(path)));
      };
      return handle;
    },
  };
  const path = join(folder, 'a.webp');
  await commitFile(path, file, { ...calmly, mode: 0o640, run, files });
  expect(seen).toEqual(['600']);
  expect(permissions(await stat(path))).toBe('640');
});

describe('a commit that fails', () => {
  it.each<[string, DiskFiles, string]>([
    ['a disk that may only be read', failing('open', 'EROFS'), 'destination-unwritable'],
    ['no room', failingHandle('writeFile', 'ENOSPC'), 'destination-full'],
    ['a quota', failingHandle('writeFile', 'EDQUOT'), 'destination-full'],
    ['no room, found out when flushing', failingHandle('sync', 'ENOSPC'), 'destination-full'],
    ['a broken disk', failingHandle('sync', 'EIO'), 'destination-unwritable'],
    ['a broken disk, found out at the date', failingHandle('utimes', 'EIO'), 'destination-unwritable'],
    ['a broken disk, found out at the name', failing('link', 'EIO'), 'destination-unwritable'],
    ['a broken disk, found out at the folder', failingHandle('sync', 'EIO', 'r'), 'destination-unwritable'],
    [
      'a broken disk, found out at the claimed name',
      { ...noLinks, rename: () => Promise.reject(systemError('EIO')) },
      'destination-unwritable',
    ],
  ])('for %s leaves nothing', async (_what, files, code) => {
    const folder = await temporaryFolder();
    expect(await commit(join(folder, 'a.webp'), files)).toBe(code);
    expect(await readdir(folder)).toEqual([]);
  });

  it.each<[string, DiskFiles, string]>([
    ['no room for the folder', failing('mkdir', 'ENOSPC'), 'destination-full'],
    ['a folder that may not be made', failing('mkdir', 'EACCES'), 'destination-unwritable'],
  ])('for %s leaves nothing', async (_what, files, code) => {
    const folder = await temporaryFolder();
    expect(await commit(join(folder, 'new/a.webp'), files)).toBe(code);
    expect(await readdir(folder)).toEqual([]);
  });

  it.each<[string, DiskFiles]>([
    ['has no such date', failingHandle('utimes', 'EINVAL')],
    ['cannot flush folders', failingHandle('sync', 'EINVAL', 'r')],
  ])('does not fail where a disk %s', async (_what, files) => {
    const folder = await temporaryFolder();
    expect(await commit(join(folder, 'a.webp'), files)).toBe('done');
    expect(await readdir(folder)).toEqual(['a.webp']);
  });

  it('and whose output will not go is left to the next start', async () => {
    const folder = await temporaryFolder();
    const told: string[] = [];
    const record = { ...noRecord, withdrawn: () => void told.push('withdrawn') };
    const path = join(folder, 'a.webp');
    const files = { ...failingHandle('sync', 'EIO', 'r'), unlink: unlinkNot(path) };
    const committed = commitFile(path, file, { ...calmly, run, record, files });
    await expect(committed).rejects.toMatchObject({ code: 'destination-unwritable' });
    expect(await readdir(folder)).toEqual(['a.webp']);
    expect(told).toEqual([]);
  });

  it('because its folder is a file says so', async () => {
    const folder = await temporaryFolder();
    await writeFile(join(folder, 'file'), '');
    expect(await commit(join(folder, 'file/a.webp'))).toBe('destination-unwritable');
    expect(await commit(join(folder, 'file/deeper/a.webp'))).toBe('destination-unwritable');
  });

  it('because its name is too long says so', async () => {
    const folder = await temporaryFolder();
    expect(await commit(join(folder, 'a'.repeat(256)))).toBe('name-too-long');
    expect(await readdir(folder)).toEqual([]);
  });

  it('because nobody wants it leaves no file, at whatever step', async () => {
    const folder = await temporaryFolder();
    const path = join(folder, 'new/a.webp');
    expect(await commit(path, realFiles, AbortSignal.abort())).toBe('cancelled');
    for (const step of ['mkdir', 'open'] as const) {
      const controller = new AbortController();
      const files: DiskFiles = {
        ...realFiles,
        mkdir: async (...asked) => {
          const made = await mkdir(...asked);
          if (step === 'mkdir') controller.abort();
          return made;
        },
        open: async (...asked) => {
          const handle = await open(...asked);
          if (step === 'open') controller.abort();
          return handle;
        },
      };
      expect(await commit(path, files, controller.signal)).toBe('cancelled');
    }
    expect(await readdir(join(folder, 'new'))).toEqual([]);
  });
});
