import { link, mkdir, readdir, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { attributesOf, setAttributes, takesAttributes } from '../../tests/fixtures/attributes.ts';
import { sha256 } from '../../tests/fixtures/commits.ts';
import { temporaryFolder } from '../../tests/fixtures/temporary-folder.ts';
import { realFiles, type DiskFiles } from './durable.ts';
import { identityAt } from './identity.ts';
import { restore, type Replaced } from './undo.ts';

const run = '0123456789abcdef';
const comment = { 'user.xdg.comment': 'Grandmother, 1962' };
const isNoted = await takesAttributes();

async function replaced(output: 'a.jpg' | 'a.webp' = 'a.jpg'): Promise<Replaced> {
  const root = await temporaryFolder();
  const original = join(root, 'pictures/a.jpg');
  const backup = join(root, 'backups/a.jpg');
  await mkdir(dirname(original));
  await mkdir(dirname(backup));
  await writeFile(backup, 'the original');
  await utimes(backup, 1_500_000_000, 1_500_000_000.25);
  const path = join(root, 'pictures', output);
  await writeFile(path, 'smaller');
  return {
    original,
    backup,
    path,
    sha256: sha256('the original'),
    outputSha256: sha256('smaller'),
    outputIdentity: (await identityAt(path)) ?? '',
    bytes: 12,
    modifiedMs: 1_500_000_000_250,
  };
}

const noLinks: DiskFiles = {
  ...realFiles,
  link: (from, to) =>
    // Of the two links, that of the backup is the one to another disk.
    from.includes('backups')
      ? Promise.reject(Object.assign(new Error('EXDEV'), { code: 'EXDEV' }))
      : link(from, to),
};

describe.each([
  ['the same disk', realFiles],
  ['another disk', noLinks],
])('from %s an original', (_where, files) => {
  it.each(['a.jpg', 'a.webp'] as const)('comes back in place of %s, with its date', async (output) => {
    const what = await replaced(output);
    expect(await restore(what, run, files)).toEqual({ restored: true });
    expect(await readdir(dirname(what.original))).toEqual(['a.jpg']);
    expect(await readFile(what.original, 'utf8')).toBe('the original');
    expect((await stat(what.original)).mtimeMs).toBe(1_500_000_000_250);
    expect(await readdir(dirname(what.backup))).toEqual([]);
  });

  it.skipIf(!isNoted)('comes back with its tags and comments', async () => {
    const what = await replaced();
    await setAttributes(what.backup, comment);
    expect(await restore(what, run, files)).toEqual({ restored: true });
    expect(await attributesOf(what.original)).toEqual(comment);
  });

  it('comes back where its replacement was moved away, and its folder too', async () => {
    const what = await replaced();
    await rm(dirname(what.original), { recursive: true });
    const { restored, problem } = await restore(what, run, files);
    expect(restored).toBe(true);
    expect(problem).toContain('was not found there');
    expect(await readFile(what.original, 'utf8')).toBe('the original');
  });
});

describe('undo', () => {
  it('may be done again after it was interrupted at any step', async () => {
    for (let steps = 0; ; steps += 1) {
      const what = await replaced('a.webp');
      let left = steps;
      const failing = Object.fromEntries(
        Object.entries(realFiles).map(([name, act]) => [
          name,
          (...asked: never[]) => {
            left -= 1;
            if (left < 0) return Promise.reject(new Error('the power went'));
            return (act as (...asked: never[]) => Promise<unknown>)(...asked);
          },
        ]),
      ) as unknown as DiskFiles;
      const first = await restore(what, run, failing);
      const originals = [what.original, what.backup].map((path) => readFile(path, 'utf8').catch(() => ''));
      expect(await Promise.all(originals)).toContain('the original');
      await restore(what, run);
      expect(await readFile(what.original, 'utf8')).toBe('the original');
      expect((await readdir(dirname(what.original))).filter((name) => !name.startsWith('.'))).toEqual([
        'a.jpg',
      ]);
      if (first.restored) break;
    }
  });

  it('leaves what a person has changed since, and says where the original is', async () => {
    const what = await replaced();
    await writeFile(what.original, 'mine');
    const { restored, problem } = await restore(what, run);
    expect(restored).toBe(false);
    expect(problem).toContain(what.backup);
    expect(await readFile(what.original, 'utf8')).toBe('mine');
    expect(await readFile(what.backup, 'utf8')).toBe('the original');
  });

  it.each([
    ['the same disk', realFiles],
    ['another disk', noLinks],
  ])('never writes over what a person writes while the original is brought from %s', async (_where, disk) => {
    const what = await replaced();
    const files: DiskFiles = {
      ...disk,
      // The last that is done before the original gets its name.
      stat: async (path) => {
        if (path.endsWith('.tmp')) await writeFile(what.original, 'mine');
        return disk.stat(path);
      },
    };
    const { restored, problem } = await restore(what, run, files);
    expect(restored).toBe(false);
    expect(problem).toContain(what.backup);
    expect(await readFile(what.original, 'utf8')).toBe('mine');
    expect(await readFile(what.backup, 'utf8')).toBe('the original');
    expect(await readdir(dirname(what.original))).toEqual(['a.jpg']);
  });

  it('keeps the backup of what a person writes to right after it is back', async () => {
    const what = await replaced();
    const files: DiskFiles = {
      ...realFiles,
      rename: async (from, to) => {
        await realFiles.rename(from, to);
        await rm(to);
        await writeFile(to, 'mine');
      },
    };
    expect(await restore(what, run, files)).toMatchObject({ restored: false });
    expect(await readFile(what.backup, 'utf8')).toBe('the original');
  });

  it('waits for a drive that is not connected: nothing is put where it would be', async () => {
    const what = await replaced();
    const folder = dirname(what.original);
    await rename(folder, `${folder}-on-its-drive`);
    const elsewhere = { ...what, outputIdentity: what.outputIdentity.replace(/^\d+/, '1') };
    for (const name of ['a.jpg', 'a.webp']) {
      const path = join(folder, name);
      const { restored, problem } = await restore({ ...elsewhere, path }, run);
      expect(restored).toBe(false);
      expect(problem).toContain('connect it');
    }
    expect(await readdir(dirname(folder))).not.toContain('pictures');
    expect(await readFile(what.backup, 'utf8')).toBe('the original');
  });

  it('goes on where it had claimed the name, on a disk without hard links', async () => {
    const what = await replaced('a.webp');
    await writeFile(what.original, '');
    expect(await restore(what, run)).toEqual({ restored: true });
    expect(await readFile(what.original, 'utf8')).toBe('the original');
    expect(await readdir(dirname(what.original))).toEqual(['a.jpg']);
  });

  it('leaves an output that was changed since, beside its original', async () => {
    const what = await replaced('a.webp');
    await writeFile(what.path, 'mine');
    const { restored, problem } = await restore(what, run);
    expect(restored).toBe(true);
    expect(problem).toContain('has been changed');
    expect((await readdir(dirname(what.original))).sort()).toEqual(['a.jpg', 'a.webp']);
  });

  it('never writes over what took the name of an original that had given way', async () => {
    const what = await replaced('a.webp');
    await writeFile(what.original, 'mine');
    expect((await restore(what, run)).restored).toBe(false);
    expect(await readFile(what.original, 'utf8')).toBe('mine');
  });

  it('says so when the backup is not there, or is not what it was', async () => {
    const what = await replaced();
    await rename(what.backup, `${what.backup}.moved`);
    const away = await restore(what, run);
    expect(away).toMatchObject({ restored: false });
    expect(away.problem).toMatch(/is not there: .* connect it/);
    await writeFile(what.backup, 'something else');
    const changed = await restore(what, run);
    expect(changed).toMatchObject({ restored: false });
    expect(changed.problem).toMatch(/has been changed since it was made/);
    expect(await readFile(what.backup, 'utf8')).toBe('something else');
    expect(await readFile(what.path, 'utf8')).toBe('smaller');
  });
});
