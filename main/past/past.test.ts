import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { sourceName, type Intake, type Source } from '../../contract/batch.ts';
import { parseRecipe } from '../../contract/recipe.ts';
import { sha256 } from '../../tests/fixtures/commits.ts';
import { temporaryFolder } from '../../tests/fixtures/temporary-folder.ts';
import type { CommitIntent } from '../engine/journal.ts';
import type { IntakeStream } from '../engine/world.ts';
import { realFiles, type DiskFiles } from '../files/durable.ts';
import { identityAt } from '../files/identity.ts';
import { takeIn } from '../files/intake.ts';
import { openJournalWriter } from '../store/journal-writer.ts';
import { createRecords } from '../store/records.ts';
import { beginRun } from '../store/run-lock.ts';
import { openStore } from '../store/store.ts';
import { openPast, type Past, type RecordedBatch } from './past.ts';

const thread = fileURLToPath(new URL('../store/journal-thread.ts', import.meta.url));
const recipe = parseRecipe({});

/** A run on a state; it ends with the block, as one that was killed after everything was written. */
async function inRun<T>(
  folder: string,
  act: (past: Past) => Promise<T>,
  { files = realFiles, now = () => new Date() }: { files?: DiskFiles; now?: () => Date } = {},
): Promise<T> {
  const store = openStore(folder);
  const run = beginRun(folder);
  const writer = openJournalWriter({ thread, path: store.path });
  const past = openPast({ store, run, writer, log: () => undefined, files, now });
  try {
    return await act(past);
  } finally {
    await past.close();
    run.end();
    store.close();
  }
}

/** Takes so many sources of a walk and leaves it, as an interruption does. */
async function takeSome(intake: IntakeStream, count: number): Promise<Intake[]> {
  const taken: Intake[] = [];
  for await (const item of intake) {
    taken.push(item);
    if (taken.length === count) break;
  }
  return taken;
}

it('a walk that was cut off again and again is one walk still, and misses nothing', async () => {
  const folder = await temporaryFolder();
  const [state, pictures] = [join(folder, 'state'), join(folder, 'pictures')];
  await mkdir(pictures);
  const names = ['a.jpg', 'b.jpg', 'c.jpg', 'd.jpg', 'e.jpg'];
  for (const name of names) await writeFile(join(pictures, name), 'no picture');
  const offered = { paths: [pictures], links: [] };
  const seen = new Map<string, number>();

  /** What the engine does with what it is given. */
  const accept = (items: readonly Intake[], accepted: (job: number, source: Source) => void): void => {
    for (const [index, item] of items.entries()) {
      if (item.kind === 'skipped') continue;
      seen.set(sourceName(item.source), (seen.get(sourceName(item.source)) ?? 0) + 1);
      accepted(index + 1, item.source);
    }
  };

  const id = await inRun(state, async (past) => {
    const batch = past.begin(recipe);
    accept(await takeSome(batch.follow(offered, takeIn(offered, recipe)), 1), batch.journal.accepted);
    return batch.id ?? '';
  });
  for (const count of [2, 3, 4]) {
    await inRun(state, async (past) => {
      const resumed = await past.resume(id);
      accept(await takeSome(resumed.intake, count), resumed.journal.accepted);
    });
    const store = openStore(state);
    const run = beginRun(state);
    expect(createRecords(store, run).intakes(id).open, `after ${String(count)}`).toHaveLength(1);
    run.end();
    store.close();
  }
  await inRun(state, async (past) => {
    const resumed = await past.resume(id);
    const rest = await takeSome(resumed.intake, 100);
    expect(rest.map((item) => (item.kind === 'skipped' ? '' : sourceName(item.source)))).toEqual(names);
  });
});

/** What a run leaves that is killed when it was about to replace a picture. Gives its batch. */
async function leaveReplacement(state: string, original: string, backup: string): Promise<string> {
  const temporary = join(dirname(original), '.millrace-0123456789abcdef-0123456789abcdef.tmp');
  await writeFile(temporary, 'smaller');
  const intent: CommitIntent = {
    temporary,
    path: original,
    sha256: sha256('smaller'),
    bytes: 7,
    identity: (await identityAt(temporary)) ?? '',
    format: 'jpeg',
    keptOriginal: false,
    replaces: { original, backup, sha256: sha256('the original'), bytes: 12, modifiedMs: 0 },
  };
  return inRun(state, async (past) => {
    const { id: batch = '', journal } = past.begin(recipe);
    journal.accepted(1, { kind: 'file', path: original });
    journal.prepared(1, 'identity', { bytes: 12, format: 'jpeg', pixels: 1 }, original);
    journal.started(1, 1);
    await journal.commit(1).about(intent);
    return batch;
  });
}

interface Place {
  readonly folder: string;
  readonly state: string;
  readonly original: string;
  readonly backup: string;
}

async function place(): Promise<Place> {
  const folder = await temporaryFolder();
  const original = join(folder, 'pictures/a.jpg');
  const backup = join(folder, 'backups/a.jpg');
  for (const path of [original, backup]) await mkdir(dirname(path));
  await writeFile(original, 'the original');
  return { folder, state: join(folder, 'state'), original, backup };
}

it('two starts at once settle what is left once, and both copies are where they belong', async () => {
  const { state, original, backup } = await place();
  const batch = await leaveReplacement(state, original, backup);
  const reached = Promise.withResolvers<void>();
  const released = Promise.withResolvers<void>();
  /** A start that is slow right after it has seen the original in its place. */
  const slow: DiskFiles = {
    ...realFiles,
    open: async (path, flags) => {
      if (path.endsWith('.tmp')) {
        reached.resolve();
        await released.promise;
      }
      return realFiles.open(path, flags);
    },
  };
  await inRun(
    state,
    async (past) => {
      const settled = past.settle();
      await reached.promise;
      await inRun(state, async (other) => {
        await other.settle();
        // Nor does it begin to do again what is being settled.
        expect(other.unfinished()).toEqual([]);
      });
      released.resolve();
      await settled;
      expect(past.unfinished()).toEqual([batch]);
    },
    { files: slow },
  );
  expect(await readFile(original, 'utf8')).toBe('smaller');
  expect(await readFile(backup, 'utf8')).toBe('the original');
  await inRun(state, async (past) => {
    expect((await past.undo(batch)).problems).toEqual([]);
    expect(await readFile(original, 'utf8')).toBe('the original');
  });
});

it('what its run had done but not written down is done, in the batch too', async () => {
  const { state, original, backup } = await place();
  const batch = await leaveReplacement(state, original, backup);
  await inRun(state, async (past) => {
    await past.settle();
    const { intake } = await past.resume(batch);
    expect(await takeSome(intake, 2)).toMatchObject([{ kind: 'done', output: { path: original, bytes: 7 } }]);
  });
});

it('what lies on a drive that is not connected waits for another start, and undo says so', async () => {
  const { folder, state, original, backup } = await place();
  const batch = await leaveReplacement(state, original, backup);
  const pictures = dirname(original);
  const away: DiskFiles = {
    ...realFiles,
    // As where the drive was mounted: an empty folder of another disk.
    stat: async (path) =>
      path === pictures ? { ...(await realFiles.stat(folder)), dev: 1n } : realFiles.stat(path),
  };
  await rename(pictures, `${pictures}-elsewhere`);
  await rm(dirname(backup), { recursive: true });
  await inRun(
    state,
    async (past) => {
      await past.settle();
      const { restored, problems } = await past.undo();
      expect(restored).toBe(0);
      expect(problems).toMatchObject([expect.stringContaining(original)]);
    },
    { files: away },
  );
  await rename(`${pictures}-elsewhere`, pictures);
  await mkdir(dirname(backup));
  await inRun(state, async (past) => {
    await past.settle();
    expect(await readFile(original, 'utf8')).toBe('smaller');
    expect(await past.undo(batch)).toMatchObject({ restored: 1, problems: [] });
  });
});

it('a temporary file that cannot be removed does not keep anything else from starting', async () => {
  const { state, original, backup } = await place();
  const batch = await leaveReplacement(state, original, backup);
  await writeFile(original, 'changed since');
  const files: DiskFiles = {
    ...realFiles,
    unlink: () => Promise.reject(Object.assign(new Error('EROFS'), { code: 'EROFS' })),
  };
  await writeFile(join(dirname(original), '.millrace-0123456789abcdef-1123456789abcdef.tmp'), '');
  await inRun(
    state,
    async (past) => {
      await past.settle();
      expect(past.unfinished()).toEqual([batch]);
    },
    { files },
  );
});

it('a place that somebody has written to since is looked at once, and its original waits to be undone', async () => {
  const folder = await temporaryFolder();
  const state = join(folder, 'state');
  const original = join(folder, 'a.jpg');
  const backup = join(folder, 'backup.jpg');
  await writeFile(original, 'what a person wrote');
  await writeFile(backup, 'the original');
  const intent: CommitIntent = {
    temporary: join(folder, '.millrace-0123456789abcdef-1.tmp'),
    path: original,
    sha256: sha256('smaller'),
    bytes: 7,
    identity: '1:2:7:0',
    format: 'jpeg',
    keptOriginal: false,
    replaces: { original, backup, sha256: sha256('the original'), bytes: 12, modifiedMs: 0 },
  };
  const id = await inRun(state, async (past) => {
    const { id: batch = '', journal } = past.begin(recipe);
    journal.accepted(1, { kind: 'file', path: original });
    await journal.commit(1).about(intent);
    return batch;
  });
  await inRun(state, (past) => past.settle());

  const store = openStore(state);
  const run = beginRun(state);
  const records = createRecords(store, run);
  expect(records.pending()).toEqual([]);
  expect(records.backups(id)).toMatchObject([{ original, backup }]);
  expect(records.keptBackups()).toEqual([]);
  run.end();
  store.close();
  expect(await readFile(backup, 'utf8')).toBe('the original');
});

const day = 24 * 3600 * 1000;
const noon = Date.UTC(2026, 5, 1, 12);
const at = (ms: number) => (): Date => new Date(ms);
const facts = { bytes: 12, format: 'jpeg', pixels: 1 } as const;

/** Pictures that batches replace one after the other, with all that the journal is told of it. */
interface Gallery {
  readonly state: string;
  path(name: string): string;
  /** Puts another picture in the place of this one, which is kept. Gives what undoes it. */
  replace(batch: RecordedBatch, name: string, job?: number): Promise<void>;
  /** A batch that replaces this one picture and ends. */
  batch(name: string, ms: number): Promise<string>;
  /** Whose originals are still kept, in the order of their names. */
  kept(): Promise<string[]>;
}

async function gallery(): Promise<Gallery> {
  const folder = await temporaryFolder();
  const [state, backups] = [join(folder, 'state'), join(folder, 'backups/of a run')];
  await mkdir(backups, { recursive: true });
  const path = (name: string): string => join(folder, name);
  let commits = 0;

  async function replace({ journal }: RecordedBatch, name: string, job = 1): Promise<void> {
    commits += 1;
    const original = path(name);
    const before = await readFile(original, 'utf8').catch(() => 'the original');
    const after = `smaller ${String(commits)}`;
    const backup = join(backups, `${name}-${String(commits)}`);
    await writeFile(backup, before);
    await writeFile(original, after);
    journal.accepted(job, { kind: 'file', path: original });
    journal.prepared(job, 'as it was', facts, original);
    const commit = journal.commit(job);
    await commit.about({
      temporary: path(`.millrace-0123456789abcdef-${String(commits)}.tmp`),
      path: original,
      sha256: sha256(after),
      bytes: after.length,
      identity: (await identityAt(original)) ?? '',
      format: 'jpeg',
      keptOriginal: false,
      replaces: { original, backup, sha256: sha256(before), bytes: before.length, modifiedMs: 0 },
    });
    commit.committed();
    journal.done(job, { path: original, format: 'jpeg', bytes: after.length, keptOriginal: false });
  }

  return {
    state,
    path,
    replace,
    batch: (name, ms) =>
      inRun(
        state,
        async (past) => {
          const batch = past.begin(recipe);
          await replace(batch, name);
          batch.journal.finished();
          return batch.id ?? '';
        },
        { now: at(ms) },
      ),
    async kept() {
      return (await readdir(backups)).map((name) => name.replace(/-\d+$/, '')).sort();
    },
  };
}

describe('backups', () => {
  const never = { bytes: Infinity, ageMs: Infinity };

  it('go, the oldest first, until the others have room', async () => {
    const { state, batch, kept } = await gallery();
    for (const [index, name] of ['c', 'b', 'a'].entries()) await batch(name, noon + index);
    await inRun(state, (past) => past.prune({ ...never, bytes: 30 }));
    expect(await kept()).toEqual(['a', 'b']);
  });

  it('go at their age, which is counted from when they were made', async () => {
    const { state, path, batch, replace, kept } = await gallery();
    const id = await inRun(
      state,
      async (past) => {
        const begun = past.begin(recipe);
        begun.journal.accepted(1, { kind: 'file', path: path('late') });
        await past.prune(never);
        return begun.id ?? '';
      },
      { now: at(noon) },
    );
    await batch('early', noon + day);
    await inRun(
      state,
      async (past) => {
        const resumed = await past.resume(id);
        await replace(resumed, 'late', 1);
        resumed.journal.finished();
      },
      { now: at(noon + 9 * day) },
    );
    await batch('newest', noon + 9 * day);
    await inRun(state, (past) => past.prune({ ...never, ageMs: 2 * day }), { now: at(noon + 10 * day) });
    expect(await kept()).toEqual(['late', 'newest']);
  });

  it('stay where they are the last that were made, also with a clock that was set back', async () => {
    const { state, batch, kept } = await gallery();
    await batch('first', noon);
    await batch('last', 0);
    await inRun(state, (past) => past.prune({ bytes: 0, ageMs: 0 }), { now: at(noon) });
    expect(await kept()).toEqual(['last']);
    expect(await inRun(state, async (past) => (await past.undo()).restored)).toBe(1);
  });

  it('do not grow old at once where they were made before the clock was set', async () => {
    const { state, batch, kept } = await gallery();
    await batch('a', noon);
    await batch('b', 0);
    await batch('c', noon + 1);
    await inRun(state, (past) => past.prune({ ...never, ageMs: day }), { now: at(noon + 2) });
    expect(await kept()).toEqual(['a', 'b', 'c']);
  });

  it('of an old batch that was the last to go on stay', async () => {
    const { state, batch, replace, kept } = await gallery();
    const id = await inRun(
      state,
      async (past) => {
        const begun = past.begin(recipe);
        await replace(begun, 'old 1', 1);
        return begun.id ?? '';
      },
      { now: at(noon) },
    );
    await batch('between', noon + 1);
    await inRun(state, async (past) => {
      const resumed = await past.resume(id);
      await replace(resumed, 'old 2', 2);
      resumed.journal.finished();
      await past.prune({ bytes: 0, ageMs: 0 });
    });
    expect(await kept()).toEqual(['old 1', 'old 2']);
  });

  it.each(['gone', 'an empty place for a drive'])(
    'out of reach are still known: their folder is %s',
    async (how) => {
      const { state, path, batch, kept } = await gallery();
      for (const [index, name] of ['a', 'b', 'c'].entries()) await batch(name, noon + index);
      await rename(path('backups'), path('on its drive'));
      if (how !== 'gone') await mkdir(path('backups'));
      await inRun(state, (past) => past.prune({ bytes: 0, ageMs: 0 }));
      await rm(path('backups'), { recursive: true, force: true });
      await rename(path('on its drive'), path('backups'));
      expect(await kept()).toEqual(['a', 'b', 'c']);
      await inRun(state, (past) => past.prune({ bytes: 0, ageMs: 0 }));
      expect(await kept()).toEqual(['c']);
    },
  );

  it('of a batch that is being undone stay', async () => {
    const { state, batch, kept } = await gallery();
    const id = await batch('first', noon);
    await batch('last', noon + 1);
    const store = openStore(state);
    store.database.prepare(`UPDATE batch SET state = 'undoing' WHERE id = ?`).run(id);
    store.close();
    await inRun(state, (past) => past.prune({ bytes: 0, ageMs: 0 }));
    expect(await kept()).toEqual(['first', 'last']);
  });
});

describe('undo', () => {
  it('of an interrupted batch ends it, and the history tells what was done and what was not', async () => {
    const { state, path, replace } = await gallery();
    const id = await inRun(state, async (past) => {
      const batch = past.begin(recipe);
      await replace(batch, 'a', 1);
      for (const job of [2, 3]) batch.journal.accepted(job, { kind: 'file', path: path(String(job)) });
      return batch.id ?? '';
    });
    const numbers = { batch: id, done: 1, waiting: 2, failed: 0, bytesIn: 12, bytesOut: 9 };
    await inRun(state, async (past) => {
      expect(past.history()).toMatchObject([{ ...numbers, state: 'unfinished', replaced: 1 }]);
      await past.undo();
      expect(past.history()).toMatchObject([{ ...numbers, state: 'undone', replaced: 0 }]);
    });
    await inRun(state, async (past) => {
      expect(past.history()).toMatchObject([{ ...numbers, state: 'undone', replaced: 0 }]);
      expect(past.unfinished()).toEqual([]);
      await expect(past.resume(id)).rejects.toMatchObject({ code: 'no-such-thing' });
    });
    expect(await readFile(path('a'), 'utf8')).toBe('the original');
  });

  it('that was interrupted itself is told with the same numbers', async () => {
    const { state, replace } = await gallery();
    await inRun(state, (past) => replace(past.begin(recipe), 'a'));
    const store = openStore(state);
    store.database.exec(`UPDATE batch SET state = 'undoing'`);
    store.close();
    await inRun(state, async (past) => {
      expect(past.history()).toMatchObject([{ done: 1, bytesIn: 12, bytesOut: 9, replaced: 1 }]);
      await past.undo();
      expect(past.history()).toMatchObject([{ state: 'undone', done: 1, bytesIn: 12, bytesOut: 9 }]);
    });
  });

  it('goes back all the way where a picture was replaced more than once', async () => {
    const { state, path, replace } = await gallery();
    await inRun(state, async (past) => {
      const batch = past.begin(recipe);
      for (const job of [1, 2, 3]) await replace(batch, 'a', job);
      batch.journal.finished();
    });
    const { restored, problems } = await inRun(state, (past) => past.undo());
    expect({ restored, problems }).toEqual({ restored: 3, problems: [] });
    expect(await readFile(path('a'), 'utf8')).toBe('the original');
  });
});

describe('a finished job of an interrupted batch', () => {
  /** A batch that has made `<name>.webp` of each. Gives what resuming it offers to the engine: `a done`, `b source`. */
  async function resumeAfter(
    names: readonly string[],
    meanwhile: (path: (name: string) => string) => Promise<unknown>,
  ): Promise<string[]> {
    const folder = await temporaryFolder();
    const state = join(folder, 'state');
    const path = (name: string): string => join(folder, name);
    const id = await inRun(state, async (past) => {
      const batch = past.begin(recipe);
      for (const [index, name] of names.entries()) {
        const job = index + 1;
        await writeFile(path(name), 'the original');
        batch.journal.accepted(job, { kind: 'file', path: path(name) });
        batch.journal.prepared(job, (await identityAt(path(name))) ?? '', facts, path(`${name}.webp`));
        await writeFile(path(`${name}.webp`), 'smaller');
        const output = { path: path(`${name}.webp`), format: 'webp', bytes: 7, keptOriginal: false } as const;
        batch.journal.done(job, output);
      }
      return batch.id ?? '';
    });
    await meanwhile(path);
    return inRun(state, async (past) => {
      const items = await takeSome((await past.resume(id)).intake, 100);
      return items.map((item) => (item.kind === 'skipped' ? '' : `${sourceName(item.source)} ${item.kind}`));
    });
  }

  it('is not done again, also where its source has been taken away', async () => {
    const resumed = await resumeAfter(['a', 'b'], (path) => rm(path('b')));
    expect(resumed).toEqual(['a done', 'b done']);
  });

  it('is done again where its source was changed or its output is gone', async () => {
    const resumed = await resumeAfter(['a', 'b', 'c', 'd'], async (path) => {
      await writeFile(path('b'), 'another picture');
      await rm(path('c.webp'));
      await writeFile(path('d.webp'), 'cut');
    });
    expect(resumed).toEqual(['a done', 'b source', 'c source', 'd source']);
  });

  it('is not done again where the output has taken its place, until that is changed', async () => {
    const { state, path, replace } = await gallery();
    const id = await inRun(state, async (past) => {
      const batch = past.begin(recipe);
      await replace(batch, 'a', 1);
      await replace(batch, 'b', 2);
      return batch.id ?? '';
    });
    await writeFile(path('b'), 'what a person wrote');
    await inRun(state, async (past) => {
      const items = await takeSome((await past.resume(id)).intake, 100);
      expect(items.map(({ kind }) => kind)).toEqual(['done', 'source']);
    });
  });
});

it('a batch that was to do what had been done before goes on so', async () => {
  const { state } = await gallery();
  const begin = (insist: boolean): Promise<string> =>
    inRun(state, (past) => {
      const { id = '', journal } = past.begin(recipe, insist);
      journal.accepted(1, { kind: 'file', path: '/a.jpg' });
      return Promise.resolve(id);
    });
  const [insisting, other] = [await begin(true), await begin(false)];
  await inRun(state, async (past) => {
    expect(await past.resume(insisting)).toMatchObject({ insist: true });
    expect(await past.resume(other)).toMatchObject({ insist: false });
  });
});
