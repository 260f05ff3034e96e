import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { JobOutput, Source } from '../../contract/batch.ts';
import { parseRecipe } from '../../contract/recipe.ts';
import { temporaryFolder } from '../../tests/fixtures/temporary-folder.ts';
import type { CommitIntent } from '../engine/journal.ts';
import { openJournal, recipeHash, type Journal } from './journal.ts';
import { createRecords, type Records } from './records.ts';
import { beginRun, type Run } from './run-lock.ts';
import { openStore } from './store.ts';

const thread = fileURLToPath(new URL('journal-thread.ts', import.meta.url));
const recipe = parseRecipe({ to: 'webp' });
const facts = { bytes: 100, format: 'jpeg', pixels: 12 } as const;
const output = (path: string): JobOutput => ({ path, format: 'webp', bytes: 40, keptOriginal: false });
const kept: JobOutput = { ...output('/out/a.webp'), keptOriginal: true, kept: 'nothing smaller came out' };
const file = (name: string): Source => ({ kind: 'file', path: `/in/${name}`, root: '/in' });

interface Life {
  readonly journal: Journal;
  readonly records: Records;
  readonly run: Run;
  /** Ends as a process that is killed does: what was written stays, and the lock goes. */
  die(): Promise<void>;
}

function live(folder: string): Life {
  const store = openStore(folder);
  const run = beginRun(folder);
  const journal = openJournal({ store, run, thread });
  const records = createRecords(store, run);
  let isOver = false;
  const die = async (): Promise<void> => {
    if (isOver) return;
    isOver = true;
    await journal.close();
    run.end();
    store.close();
  };
  onTestFinished(die);
  return { journal, records, run, die };
}

function intent(temporary: string): CommitIntent {
  return {
    temporary,
    path: '/out/a.webp',
    sha256: 'a'.repeat(64),
    bytes: 40,
    identity: '1:2:3:4',
    format: 'webp',
    keptOriginal: false,
  };
}

describe('a batch that was written down', () => {
  it('is known to the next run: what is done, what is left, what was being walked', async () => {
    const folder = await temporaryFolder();
    const first = live(folder);
    const batch = first.journal.begin(recipe);
    batch.intake({ paths: ['/in'], links: [] })();
    batch.intake({ paths: ['/more'], links: [] });
    for (const [index, name] of ['a', 'b', 'c', 'd'].entries()) batch.accepted(index + 1, file(name));
    batch.prepared(1, 'identity', facts, '/out/a.webp');
    batch.started(1, 1);
    batch.done(1, kept);
    batch.started(2, 1);
    batch.ended(3, 'skipped', 'It is done.');
    await first.journal.writer.wait('written');
    expect(first.records.unfinished()).toEqual([]);
    await first.die();

    const { records } = live(folder);
    expect(records.unfinished()).toEqual([batch.id]);
    expect(records.history()).toMatchObject([
      { batch: batch.id, state: 'unfinished', done: 1, waiting: 2, recipe, folder: 'out' },
    ]);
    expect([...records.jobs(batch.id)]).toEqual([
      { number: 1, source: file('a'), state: 'done', output: kept, facts },
      { number: 2, source: file('b'), state: 'left' },
      { number: 3, source: file('c'), state: 'over' },
      { number: 4, source: file('d'), state: 'left' },
    ]);
    expect(records.intakes(batch.id)).toEqual({
      open: [{ number: 2, offered: { paths: ['/more'], links: [] } }],
      count: 2,
    });
    expect(records.recipeOf(batch.id)).toEqual(recipe);
    expect(records.foldersOfTheDead()).toEqual(['/out']);
  });

  it('is gone on with by one run alone', async () => {
    const folder = await temporaryFolder();
    const first = live(folder);
    const { id, accepted } = first.journal.begin(recipe);
    accepted(1, file('a'));
    await first.die();
    const [second, third] = [live(folder), live(folder)];
    expect(second.records.claim(id)).toBe(true);
    expect(third.records.claim(id)).toBe(false);
    expect(third.records.unfinished()).toEqual([]);
  });

  it('is summed up at its end, and leaves what was cancelled for now to a later run', async () => {
    const folder = await temporaryFolder();
    const { journal, records, die } = live(folder);
    const ended = journal.begin(recipe);
    ended.accepted(1, file('a'));
    ended.prepared(1, 'identity', facts, '/out/a.webp');
    ended.done(1, output('/out/a.webp'));
    ended.finished();
    const interrupted = journal.begin(recipe);
    const walked = interrupted.intake({ paths: ['/in'], links: [] });
    interrupted.accepted(1, file('b'));
    interrupted.interrupted();
    walked();
    interrupted.ended(1, 'cancelled');
    interrupted.finished();
    await journal.writer.wait('written');
    const [entry] = records.history();
    expect(entry).toMatchObject({ batch: ended.id, state: 'ended', done: 1, bytesIn: 100, bytesOut: 40 });
    await die();
    const { records: later } = live(folder);
    expect(later.unfinished()).toEqual([interrupted.id]);
    // A walk that was told to stop has not seen everything.
    expect(later.intakes(interrupted.id).open).toHaveLength(1);
  });

  it('writes nothing before there is something to write', async () => {
    const folder = await temporaryFolder();
    const { journal, records } = live(folder);
    journal.begin(recipe).finished();
    await journal.writer.wait('flushed');
    expect(records.history()).toEqual([]);
  });
});

describe('a commit', () => {
  it('is pending from the intention to its end, for other runs alone', async () => {
    const folder = await temporaryFolder();
    const first = live(folder);
    const batch = first.journal.begin(recipe);
    for (const job of [1, 2, 3]) {
      batch.accepted(job, file(String(job)));
      await batch
        .commit(job)
        .about(intent(`/out/.millrace-${first.run.id}-000000000000000${String(job)}.tmp`));
    }
    const committed = batch.commit(1);
    await committed.about(intent('/out/one'));
    committed.committed();
    const withdrawn = batch.commit(2);
    await withdrawn.about(intent('/out/two'));
    withdrawn.withdrawn();
    await first.journal.writer.wait('written');
    expect(first.records.claimPending()).toEqual([]);
    await first.die();
    expect(live(folder).records.claimPending()).toHaveLength(3);
  });

  it('that was left is settled by one run alone, and by another once that has ended', async () => {
    const folder = await temporaryFolder();
    const first = live(folder);
    const batch = first.journal.begin(recipe);
    batch.accepted(1, file('a'));
    await batch.commit(1).about(intent(`/out/.millrace-${first.run.id}-0000000000000001.tmp`));
    await first.die();
    const [second, third] = [live(folder), live(folder)];
    expect(second.records.claimPending()).toHaveLength(1);
    expect(third.records.claimPending()).toEqual([]);
    // Its job may be all but done.
    expect(third.records.unfinished()).toEqual([]);
    expect(third.records.claim(batch.id)).toBe(false);
    await second.die();
    expect(third.records.claimPending()).toHaveLength(1);
    expect(third.records.unfinished()).toEqual([batch.id]);
  });

  it('is written down together with its job', async () => {
    const folder = await temporaryFolder();
    const first = live(folder);
    const batch = first.journal.begin(recipe);
    batch.accepted(1, file('a'));
    batch.prepared(1, 'identity', facts, '/out/a.webp');
    batch.started(1, 1);
    const commit = batch.commit(1);
    await commit.about(intent('/out/t'));
    commit.committed();
    await first.die();
    expect([...live(folder).records.jobs(batch.id)]).toEqual([
      { number: 1, source: file('a'), state: 'done', output: output('/out/a.webp'), facts },
    ]);
  });
});

describe('work that was done before', () => {
  async function done(): Promise<{
    life: Life;
    path: string;
    ask: (source: Source, identity: string, other?: boolean) => Promise<string | undefined>;
  }> {
    const folder = await temporaryFolder();
    const path = join(folder, 'a.webp');
    await writeFile(path, Buffer.alloc(40));
    const life = live(join(folder, 'state'));
    const batch = life.journal.begin(recipe);
    batch.accepted(1, file('a'));
    batch.prepared(1, 'before', facts, path);
    const commit = batch.commit(1);
    await commit.about({ ...intent('/out/t'), path, identity: 'made' });
    commit.committed();
    batch.done(1, output(path));
    await life.journal.writer.wait('written');
    const same = life.journal.begin(parseRecipe({ to: 'webp' }));
    const different = life.journal.begin(parseRecipe({ to: 'avif' }));
    return {
      life,
      path,
      ask: (source, identity, other = false) => (other ? different : same).alreadyDone(source, identity),
    };
  }

  it('is known by the bytes and the recipe, while its output is there', async () => {
    const { path, ask } = await done();
    expect(await ask(file('a'), 'before')).toContain(path);
    expect(await ask(file('renamed'), 'before')).toContain(path);
    expect(await ask(file('a'), 'changed')).toBeUndefined();
    expect(await ask(file('a'), 'before', true)).toBeUndefined();
    await writeFile(path, 'cut');
    expect(await ask(file('a'), 'before')).toBeUndefined();
  });

  it('is no source in a folder, and by itself only for another recipe', async () => {
    const { ask } = await done();
    const named: Source = { kind: 'file', path: '/in/a.webp' };
    expect(await ask(file('a.webp'), 'made')).toContain('Millrace');
    expect(await ask(file('a.webp'), 'made', true)).toContain('Millrace');
    expect(await ask(named, 'made')).toContain('Millrace');
    expect(await ask(named, 'made', true)).toBeUndefined();
  });

  it('means the same whatever the order of the recipe’s fields', () => {
    const one = parseRecipe({ to: 'webp', quality: 70, output: { place: 'beside', suffix: '-x' } });
    const other = parseRecipe({ output: { suffix: '-x', place: 'beside' }, quality: 70, to: 'webp' });
    expect(recipeHash(one)).toBe(recipeHash(other));
    expect(recipeHash(one)).not.toBe(recipeHash(parseRecipe({ to: 'webp', quality: 71 })));
  });
});

describe('the writer', () => {
  it('tells those who wait when it cannot write, and writes it all once it can', async () => {
    const folder = await temporaryFolder();
    const { journal, records } = live(folder);
    const blocker = new DatabaseSync(join(folder, 'millrace.db'));
    const batch = journal.begin(recipe);
    batch.accepted(1, file('a'));
    await journal.writer.wait('written');
    blocker.exec('ALTER TABLE job RENAME TO gone');
    batch.accepted(2, file('b'));
    await expect(journal.writer.wait('written')).rejects.toMatchObject({ code: 'store-unusable' });
    blocker.exec('ALTER TABLE gone RENAME TO job');
    blocker.close();
    await journal.writer.wait('flushed');
    expect([...records.jobs(batch.id)]).toHaveLength(2);
  });
});

describe('a writer without its thread', () => {
  it('tells those who wait, and does not end the process of those who do not', async () => {
    const folder = await temporaryFolder();
    const store = openStore(folder);
    const run = beginRun(folder);
    const journal = openJournal({ store, run, thread: join(folder, 'there is none.js') });
    onTestFinished(() => {
      run.end();
      store.close();
    });
    const batch = journal.begin(recipe);
    batch.accepted(1, file('a'));
    await expect(journal.writer.wait('written')).rejects.toMatchObject({ code: 'store-unusable' });
    // As many as are sent at once, which nobody waits for.
    for (let job = 2; job < 2100; job += 1) batch.accepted(job, file(String(job)));
    await new Promise((resolve) => setImmediate(resolve));
    await expect(journal.writer.wait('flushed')).rejects.toMatchObject({ code: 'store-unusable' });
    await journal.close();
  });
});

describe('a run', () => {
  it('is alive until it ends, and its lock is gone then', async () => {
    const folder = await temporaryFolder();
    const [one, two] = [beginRun(folder), beginRun(folder)];
    expect(one.isAlive(two.id)).toBe(true);
    expect(one.isAlive(one.id)).toBe(true);
    expect(one.isAlive('0123456789abcdef')).toBe(false);
    two.end();
    expect(one.isAlive(two.id)).toBe(false);
    expect((await stat(join(folder, 'runs', `${one.id}.lock`))).size).toBe(0);
    one.end();
    await expect(readFile(join(folder, 'runs', `${one.id}.lock`))).rejects.toThrow('ENOENT');
  });
});
