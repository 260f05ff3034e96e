import { readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { JobOutput, Source } from '../../contract/batch.ts';
import { parseRecipe } from '../../contract/recipe.ts';
import { sha256 } from '../../tests/fixtures/commits.ts';
import { temporaryFolder } from '../../tests/fixtures/temporary-folder.ts';
import type { CommitIntent } from '../engine/journal.ts';
import { digestOf } from '../files/durable.ts';
import { createDoneBefore } from './done-before.ts';
import { createJournal, recipeHash, type Journal } from './journal.ts';
import { openJournalWriter, type JournalWriter } from './journal-writer.ts';
import { createRecords, type Records } from './records.ts';
import { beginRun, type Run } from './run-lock.ts';
import { openStore } from './store.ts';

const thread = fileURLToPath(new URL('journal-thread.ts', import.meta.url));
const recipe = parseRecipe({ to: 'webp' });
const facts = { bytes: 100, format: 'jpeg', pixels: 12 } as const;
const output = (path: string): JobOutput => ({ path, format: 'webp', bytes: 40, keptOriginal: false });
const kept: JobOutput = { ...output('/out/a.webp'), keptOriginal: true, kept: 'nothing smaller came out' };
const file = (name: string, root = '/in'): Source => ({ kind: 'file', path: `${root}/${name}`, root });

interface Life {
  readonly journal: Journal;
  readonly writer: JournalWriter;
  readonly records: Records;
  readonly run: Run;
  /** Ends as a process that is killed does: what was written stays, and the lock goes. */
  die(): Promise<void>;
}

function live(folder: string, digest: typeof digestOf = digestOf): Life {
  const store = openStore(folder);
  const run = beginRun(folder);
  const writer = openJournalWriter({ thread, path: store.path });
  const journal = createJournal({ run, writer, doneBefore: createDoneBefore(store, digest) });
  const records = createRecords(store, run);
  let isOver = false;
  const die = async (): Promise<void> => {
    if (isOver) return;
    isOver = true;
    await writer.close();
    run.end();
    store.close();
  };
  onTestFinished(die);
  return { journal, writer, records, run, die };
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
    await first.writer.wait('written');
    expect(first.records.unfinished()).toEqual([]);
    await first.die();

    const { records } = live(folder);
    expect(records.unfinished()).toEqual([batch.id]);
    expect(records.history()).toMatchObject([
      { batch: batch.id, state: 'unfinished', done: 1, waiting: 2, recipe, folder: 'out' },
    ]);
    expect([...records.jobs(batch.id)]).toEqual([
      { number: 1, source: file('a'), state: 'done', identity: 'identity', output: kept, facts },
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
    const { journal, writer, records, die } = live(folder);
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
    await writer.wait('written');
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
    const { journal, writer, records } = live(folder);
    journal.begin(recipe).finished();
    await writer.wait('flushed');
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
    await first.writer.wait('written');
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
      {
        number: 1,
        source: file('a'),
        state: 'done',
        identity: 'identity',
        output: output('/out/a.webp'),
        facts,
      },
    ]);
  });
});

describe('work that was done before', () => {
  interface Done {
    readonly folder: string;
    readonly path: string;
    /** Paths of what was read to know its bytes. */
    readonly read: string[];
    ask(source: Source, identity: string, other?: boolean): Promise<string | undefined>;
  }

  async function done({ before = 'before', made = 'made', keptOriginal = false } = {}): Promise<Done> {
    const folder = await temporaryFolder();
    const path = join(folder, 'a.webp');
    await writeFile(path, Buffer.alloc(40));
    const read: string[] = [];
    const { journal, writer } = live(join(folder, 'state'), (asked) => {
      read.push(asked);
      return digestOf(asked);
    });
    const batch = journal.begin(recipe);
    batch.accepted(1, file('a'));
    batch.prepared(1, before, facts, path);
    const commit = batch.commit(1);
    const bytes = { sha256: sha256(Buffer.alloc(40)), keptOriginal };
    await commit.about({ ...intent('/out/t'), ...bytes, path: '/out/a.webp', identity: made });
    commit.committed();
    batch.done(1, output(path));
    await writer.wait('written');
    const same = journal.begin(parseRecipe({ to: 'webp' }));
    const different = journal.begin(parseRecipe({ to: 'avif' }));
    return {
      folder,
      path,
      read,
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

  it('is known at its path when its disk has got another number', async () => {
    const { ask } = await done({ before: '1:20:100:5', made: '1:30:40:6' });
    expect(await ask(file('a'), '2:20:100:5')).toContain('It is done');
    expect(await ask(file('other'), '2:20:100:5')).toBeUndefined();
    expect(await ask(file('a'), '2:20:100:7')).toBeUndefined();
    expect(await ask(file('a.webp', '/out'), '2:30:40:6', true)).toContain('Millrace');
    expect(await ask(file('other.webp', '/out'), '2:30:40:6', true)).toBeUndefined();
  });

  it('is known by its bytes wherever it was copied to, and nothing of another size is read', async () => {
    const { folder, ask, read } = await done({ before: '1:20:100:5', made: '1:30:40:6' });
    const copy = { kind: 'file', path: join(folder, 'copy.webp'), root: folder } as const;
    await writeFile(copy.path, Buffer.alloc(40));
    expect(await ask(copy, '9:9:40:9')).toBe('Millrace has made this file with this very recipe.');
    expect(await ask(copy, '9:9:40:9', true)).toBe('Millrace has made this file itself.');
    expect(await ask({ kind: 'file', path: copy.path }, '9:9:40:9', true)).toBeUndefined();
    expect(read).toEqual([copy.path, copy.path, copy.path]);
    expect(await ask(copy, '9:9:41:9')).toBeUndefined();
    expect(read).toHaveLength(3);
    await writeFile(copy.path, Buffer.alloc(40, 1));
    expect(await ask(copy, '9:9:40:10')).toBeUndefined();
    const gone = { kind: 'file', path: join(folder, 'gone.webp'), root: folder } as const;
    expect(await ask(gone, '9:9:40:11')).toBeUndefined();
  });

  it('and has an original’s own bytes does not make its copies ours', async () => {
    const { folder, ask, read } = await done({ before: '1:20:40:5', made: '1:30:40:6', keptOriginal: true });
    const copy = { kind: 'file', path: join(folder, 'copy.webp'), root: folder } as const;
    await writeFile(copy.path, Buffer.alloc(40));
    expect(await ask(copy, '9:9:40:9', true)).toBeUndefined();
    expect(read).toEqual([]);
  });

  it('does not make a source ours that has its very bytes', async () => {
    // Two pictures of a folder, of which one is what the other becomes.
    const { folder, path, ask } = await done({ before: '1:20:40:5', made: '1:30:40:6' });
    const source = { kind: 'file', path: join(folder, 'source.webp'), root: folder } as const;
    await writeFile(source.path, Buffer.alloc(40));
    expect(await ask(source, '1:20:40:5')).toContain('It is done');
    await rm(path);
    expect(await ask(source, '1:20:40:5')).toBeUndefined();
    expect(await ask(source, '1:20:40:5', true)).toBeUndefined();
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
    const { journal, writer, records } = live(folder);
    const blocker = new DatabaseSync(join(folder, 'millrace.db'));
    const batch = journal.begin(recipe);
    batch.accepted(1, file('a'));
    await writer.wait('written');
    blocker.exec('ALTER TABLE job RENAME TO gone');
    batch.accepted(2, file('b'));
    await expect(writer.wait('written')).rejects.toMatchObject({ code: 'store-unusable' });
    blocker.exec('ALTER TABLE gone RENAME TO job');
    blocker.close();
    await writer.wait('flushed');
    expect([...records.jobs(batch.id)]).toHaveLength(2);
  });
});

describe('a commit', () => {
  it('waits for its folder to be written down, and for nothing that came later', async () => {
    const { journal, writer } = live(await temporaryFolder());
    const batch = journal.begin(recipe);
    const inOrder: string[] = [];
    batch.accepted(1, file('a'));
    batch.prepared(1, 'identity', facts, '/out/a.webp');
    const commit = batch.commit(1);
    await commit.announced();
    batch.accepted(2, file('b'));
    const later = writer.wait('written').then(() => inOrder.push('what came later'));
    // A second attempt, under another name.
    await commit.announced().then(() => inOrder.push('its folder'));
    await later;
    expect(inOrder).toEqual(['its folder', 'what came later']);
  });

  it('is not told that its folder is written down when it could not be', async () => {
    const folder = await temporaryFolder();
    const { journal } = live(folder);
    const blocker = new DatabaseSync(join(folder, 'millrace.db'));
    onTestFinished(() => {
      blocker.close();
    });
    const batch = journal.begin(recipe);
    batch.accepted(1, file('a'));
    batch.prepared(1, 'identity', facts, '/out/a.webp');
    blocker.exec('ALTER TABLE job RENAME TO gone');
    const commit = batch.commit(1);
    await expect(commit.announced()).rejects.toMatchObject({ code: 'store-unusable' });
    await expect(commit.announced()).rejects.toMatchObject({ code: 'store-unusable' });
    blocker.exec('ALTER TABLE gone RENAME TO job');
    await commit.announced();
  });
});

describe('a writer without its thread', () => {
  it('tells those who wait, and does not end the process of those who do not', async () => {
    const folder = await temporaryFolder();
    const store = openStore(folder);
    const run = beginRun(folder);
    const writer = openJournalWriter({ thread: join(folder, 'there is none.js'), path: store.path });
    const journal = createJournal({ run, writer, doneBefore: createDoneBefore(store, digestOf) });
    onTestFinished(() => {
      run.end();
      store.close();
    });
    const batch = journal.begin(recipe);
    batch.accepted(1, file('a'));
    await expect(writer.wait('written')).rejects.toMatchObject({ code: 'store-unusable' });
    // As many as are sent at once, which nobody waits for.
    for (let job = 2; job < 2100; job += 1) batch.accepted(job, file(String(job)));
    await new Promise((resolve) => setImmediate(resolve));
    await expect(writer.wait('flushed')).rejects.toMatchObject({ code: 'store-unusable' });
    await writer.close();
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
