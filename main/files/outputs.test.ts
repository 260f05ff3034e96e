import { readdir, readFile, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Source } from '../../contract/batch.ts';
import type { OutputPlace } from '../../contract/recipe.ts';
import { calmly, finished } from '../../tests/fixtures/commits.ts';
import { temporaryFolder } from '../../tests/fixtures/temporary-folder.ts';
import type { OutputWriter, Reservation } from '../engine/world.ts';
import { createOutputs } from './outputs.ts';

function reserve(outputs: OutputWriter, path: string, place: OutputPlace, stem = 'a'): Promise<Reservation> {
  const source: Source = { kind: 'file', path };
  const head = { bytes: 1, format: 'jpeg', width: 1, height: 1, stem, modifiedMs: undefined } as const;
  return outputs.reserve(source, head, ['webp'], place);
}

/** Into a folder; a new object each time, as every batch has its own. */
function into(folder: string, existing: 'rename' | 'skip' = 'rename'): OutputPlace {
  return { place: 'folder', folder, existing };
}

async function run(outputs: OutputWriter, path: string, place: OutputPlace): Promise<string> {
  const reservation = await reserve(outputs, path, place);
  if (reservation.skip) return `skip ${basename(reservation.path)}`;
  const { path: end } = await outputs.commit(reservation, finished(path), calmly);
  outputs.release(reservation);
  return basename(end);
}

describe('names', () => {
  it('are never given twice, whatever the case and the way to write an umlaut', async () => {
    const folder = await temporaryFolder();
    const outputs = createOutputs();
    const stems = ['Bär', 'bär', 'BÄR', 'Ba\u0308r', 'b'];
    const reservations = await Promise.all(
      stems.map((stem, index) => reserve(outputs, `/in/${String(index)}`, into(folder), stem)),
    );
    expect(reservations.map(({ path }) => basename(path)).sort()).toEqual(
      ['Bär.webp', 'bär (2).webp', 'BÄR (3).webp', 'Ba\u0308r (4).webp', 'b.webp'].sort(),
    );
  });

  it('are free again when they are released without having been written', async () => {
    const folder = await temporaryFolder();
    const outputs = createOutputs();
    const first = await reserve(outputs, '/in/1', into(folder));
    expect(basename((await reserve(outputs, '/in/2', into(folder))).path)).toBe('a (2).webp');
    outputs.release(first);
    expect(basename((await reserve(outputs, '/in/3', into(folder))).path)).toBe('a.webp');
  });

  it('that are on the disk are taken', async () => {
    const folder = await temporaryFolder();
    await writeFile(join(folder, 'a.webp'), 'mine');
    await writeFile(join(folder, 'a (2).webp'), 'mine too');
    expect(await run(createOutputs(), '/in/1', into(folder))).toBe('a (3).webp');
  });

  it('are never that of the source', async () => {
    const folder = await temporaryFolder();
    const source = join(folder, 'a.webp');
    await writeFile(source, 'mine');
    const outputs = createOutputs();
    for (const existing of ['rename', 'skip'] as const) {
      expect(await run(outputs, source, { place: 'beside', suffix: '', existing })).toBe(
        existing === 'rename' ? 'a (2).webp' : 'skip a (2).webp',
      );
    }
    expect(await readFile(source, 'utf8')).toBe('mine');
  });

  it('of originals are not given out before there is undo', async () => {
    await expect(reserve(createOutputs(), '/in/a.webp', { place: 'in-place' })).rejects.toMatchObject({
      code: 'replace-refused',
    });
  });

  it('that no disk takes are an error that does not block the name', async () => {
    const folder = await temporaryFolder();
    const deep = join(folder, ...Array<string>(40).fill('d'.repeat(200)));
    const outputs = createOutputs();
    for (const source of ['/in/1', '/in/2']) {
      await expect(reserve(outputs, source, into(deep))).rejects.toMatchObject({ code: 'name-too-long' });
    }
  });
});

describe('outputs that are there already', () => {
  it('are left alone where the recipe says so', async () => {
    const folder = await temporaryFolder();
    expect(await run(createOutputs(), '/in/a.png', into(folder, 'skip'))).toBe('a.webp');
    expect(await run(createOutputs(), '/in/a.png', into(folder, 'skip'))).toBe('skip a.webp');
  });

  it('stand for the source they came from and for no other of that name', async () => {
    const folder = await temporaryFolder();
    const place = into(folder, 'skip');
    const outputs = createOutputs();
    expect(await run(outputs, '/in/a.heic', place)).toBe('a.webp');
    expect(await run(outputs, '/in/a.jpg', place)).toBe('a (2).webp');
    const again = into(folder, 'skip');
    expect(await run(outputs, '/in/a.heic', again)).toBe('skip a.webp');
    expect(await run(outputs, '/in/a.jpg', again)).toBe('skip a (2).webp');
    expect(await run(outputs, '/in/a.png', again)).toBe('a (3).webp');
  });

  it('are made by the second run where the first did not come to them', async () => {
    const folder = await temporaryFolder();
    await run(createOutputs(), '/in/a.heic', into(folder, 'skip'));
    const outputs = createOutputs();
    const place = into(folder, 'skip');
    expect(await run(outputs, '/in/a.heic', place)).toBe('skip a.webp');
    expect(await run(outputs, '/in/a.jpg', place)).toBe('a (2).webp');
  });

  it('may be made by a job that is tried once more under its own name', async () => {
    const folder = await temporaryFolder();
    const outputs = createOutputs();
    const place = into(folder, 'skip');
    outputs.release(await reserve(outputs, '/in/a.jpg', place));
    expect(await run(outputs, '/in/a.jpg', place)).toBe('a.webp');
  });
});

describe('a commit', () => {
  it('takes the next name when somebody took its own meanwhile', async () => {
    const folder = await temporaryFolder();
    const outputs = createOutputs();
    const reservation = await reserve(outputs, '/in/1', into(folder));
    const other = await reserve(outputs, '/in/2', into(folder));
    await writeFile(join(folder, 'a.webp'), 'mine');
    expect(await outputs.commit(reservation, finished('one'), calmly)).toEqual({
      path: join(folder, 'a (3).webp'),
    });
    expect(await outputs.commit(other, finished('two'), calmly)).toEqual({
      path: join(folder, 'a (2).webp'),
    });
    outputs.release(reservation);
    outputs.release(other);
    expect(await readFile(join(folder, 'a.webp'), 'utf8')).toBe('mine');
    expect((await readdir(folder)).sort()).toEqual(['a (2).webp', 'a (3).webp', 'a.webp']);
  });

  it('of what is not reserved is a mistake', async () => {
    const folder = await temporaryFolder();
    const outputs = createOutputs();
    const reservation = await reserve(outputs, '/in/1', into(folder));
    outputs.release(reservation);
    await expect(outputs.commit(reservation, finished('one'), calmly)).rejects.toMatchObject({
      code: 'internal',
    });
  });
});

describe('a name for several formats', () => {
  const head = { bytes: 1, format: 'png', width: 1, height: 1, stem: 'a', modifiedMs: undefined } as const;

  it('is free in each of them, and is written in one', async () => {
    const folder = await temporaryFolder();
    await writeFile(join(folder, 'a.avif'), 'mine');
    const outputs = createOutputs();
    const best = await outputs.reserve(
      { kind: 'file', path: '/in/a.png' },
      head,
      ['webp', 'avif'],
      into(folder),
    );
    const other = await reserve(outputs, '/in/a.jpg', into(folder));
    expect(basename(best.path)).toBe('a (2).webp');
    expect(basename(other.path)).toBe('a.webp');
    const { path: written } = await outputs.commit(best, finished('one', 'avif'), calmly);
    expect(basename(written)).toBe('a (2).avif');
    outputs.release(best);
    outputs.release(other);
    expect(basename((await reserve(outputs, '/in/b', into(folder), 'a (2)')).path)).toBe('a (2).webp');
  });

  it('is skipped where it is there in any of them', async () => {
    const folder = await temporaryFolder();
    await writeFile(join(folder, 'a.avif'), 'mine');
    const source: Source = { kind: 'file', path: '/in/a.png' };
    const reservation = await createOutputs().reserve(source, head, ['webp', 'avif'], into(folder, 'skip'));
    expect(reservation).toEqual({ path: join(folder, 'a.avif'), skip: true });
  });

  it('of another format than was reserved is a mistake', async () => {
    const folder = await temporaryFolder();
    const outputs = createOutputs();
    const reservation = await reserve(outputs, '/in/a', into(folder));
    const commit = outputs.commit(reservation, finished('one', 'png'), calmly);
    await expect(commit).rejects.toMatchObject({ code: 'internal' });
  });
});
