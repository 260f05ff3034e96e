import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import { defaultSettings } from '../../contract/app-state.ts';
import { parseRecipe } from '../../contract/recipe.ts';
import { temporaryFolder } from '../../tests/fixtures/temporary-folder.ts';
import { createDoneBefore } from './done-before.ts';
import { openJournalWriter, type JournalWriter } from './journal-writer.ts';
import { migrations } from './migrations.ts';
import { createPreferences, type Preferences } from './preferences.ts';
import { createRecords } from './records.ts';
import { beginRun } from './run-lock.ts';
import { openStore, type Store } from './store.ts';

const thread = fileURLToPath(new URL('journal-thread.ts', import.meta.url));
const stores = new URL('../../tests/fixtures/stores/', import.meta.url);
const openStores = fileURLToPath(new URL('../../tests/fixtures/open-stores.ts', import.meta.url));

/** A process of its own that opens these when told to. What it says on stderr is what went wrong. */
function startOpening(folders: readonly string[]): {
  readonly ready: Promise<unknown>;
  go(): void;
  readonly ended: Promise<string>;
} {
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', openStores, ...folders]);
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  return {
    ready: once(child.stdout, 'data'),
    go: () => void child.stdin.end('go\n'),
    ended: once(child, 'close').then(() => stderr),
  };
}

/** The folder of a store that an earlier version left, with something in every table. */
async function storeOfVersion(version: number): Promise<string> {
  const folder = await temporaryFolder();
  const old = new DatabaseSync(join(folder, 'millrace.db'));
  old.exec(await readFile(new URL(`version-${String(version)}.sql`, stores), 'utf8'));
  old.close();
  return folder;
}

interface Life {
  readonly store: Store;
  readonly writer: JournalWriter;
  readonly preferences: Preferences;
  close(): Promise<void>;
}

function live(folder: string, now?: () => Date): Life {
  const store = openStore(folder, now);
  const writer = openJournalWriter({ thread, path: store.path });
  let isOver = false;
  const close = async (): Promise<void> => {
    if (isOver) return;
    isOver = true;
    await writer.close();
    store.close();
  };
  onTestFinished(close);
  return { store, writer, preferences: createPreferences(store.database, writer), close };
}

describe('the store', () => {
  it('remembers settings, the recipe and presets from one run to the next', async () => {
    const folder = join(await temporaryFolder(), 'state');
    const recipe = parseRecipe({ to: 'webp', quality: 'auto:good' });
    const first = live(folder);
    expect(first.preferences.load()).toEqual({
      settings: defaultSettings,
      recipe: parseRecipe({}),
      presets: [],
    });
    first.preferences.saveSettings({ ...defaultSettings, theme: 'dark', workers: 3 });
    first.preferences.saveRecipe(recipe);
    first.preferences.savePreset({ id: 'a', name: 'Blog', recipe, builtIn: false });
    first.preferences.savePreset({ id: 'b', name: 'Shop', recipe: parseRecipe({}), builtIn: false });
    first.preferences.savePreset({ id: 'a', name: 'Journal', recipe, builtIn: false });
    first.preferences.deletePreset('b');
    await first.close();

    expect(live(folder).preferences.load()).toEqual({
      settings: { ...defaultSettings, theme: 'dark', workers: 3 },
      recipe,
      presets: [{ id: 'a', name: 'Journal', recipe, builtIn: false }],
    });
  });

  it('takes settings at once while another writes to it, and keeps them when nobody closes it', async () => {
    const folder = await temporaryFolder();
    const { writer, preferences } = live(folder);
    const other = new DatabaseSync(join(folder, 'millrace.db'));
    other.exec('BEGIN IMMEDIATE');
    preferences.saveSettings({ ...defaultSettings, notify: false });
    other.close();
    await writer.wait('written');
    expect(live(folder).preferences.load().settings.notify).toBe(false);
  });

  it.each(migrations.map((_, version) => version))('comes forward from version %i', async (version) => {
    const folder = await temporaryFolder();
    const old = new DatabaseSync(join(folder, 'millrace.db'));
    for (const migration of migrations.slice(0, version)) old.exec(migration);
    old.exec(`PRAGMA user_version = ${String(version)}`);
    old.close();
    const { store, preferences } = live(folder);
    expect(store.database.prepare('PRAGMA user_version').get()).toEqual({ user_version: migrations.length });
    expect(preferences.load().settings).toEqual(defaultSettings);
  });

  it.each([1, 2, 3])('comes forward from version %i with the settings and presets in it', async (version) => {
    const { preferences } = live(await storeOfVersion(version));
    const { settings, recipe, presets } = preferences.load();
    expect(settings).toEqual({ ...defaultSettings, workers: 3, theme: 'dark', confirmReplace: false });
    expect(recipe).toEqual(parseRecipe({ to: 'avif' }));
    expect(presets.map(({ name }) => name)).toEqual(['Shop', 'Blog']);
  });

  it.each([2, 3])(
    'comes forward from version %i with its batches and backups, in the order in which they were made',
    async (version) => {
      const folder = await storeOfVersion(version);
      const { store } = live(folder);
      const run = beginRun(folder);
      onTestFinished(run.end);
      const records = createRecords(store, run);
      expect(records.history()).toMatchObject([
        {
          ...{ batch: 'second', startedAt: 1000, state: 'unfinished', replaced: 1 },
          ...{ done: 1, failed: 0, waiting: 1, bytesIn: 100, bytesOut: 50 },
        },
        {
          ...{ batch: 'first', startedAt: 2000, state: 'ended', replaced: 2 },
          ...{ done: 2, failed: 1, waiting: 0, bytesIn: 300, bytesOut: 70 },
        },
      ]);
      expect([...records.jobs('first')].map(({ state }) => state)).toEqual(['done', 'done', 'over']);
      expect([...records.jobs('second')].map(({ state }) => state)).toEqual(['done', 'left']);
      expect(records.intakes('second').open).toEqual([
        { number: 1, offered: { paths: ['/more'], links: [] } },
      ]);
      expect(records.insists('second')).toBe(false);
      expect(records.newestWithBackups()).toBe('second');
      expect(records.backups('first').map(({ original, backup }) => [original, backup])).toEqual([
        ['/in/b.jpg', '/backups/b.jpg'],
        ['/in/a.jpg', '/backups/a.jpg'],
      ]);
      expect(records.keptBackups().map(({ backup, madeMs }) => [backup, madeMs])).toEqual([
        ['/backups/a.jpg', 2000],
        ['/backups/b.jpg', 2000],
      ]);
      const { isOutput } = createDoneBefore(store, () => Promise.reject(new Error('nothing is read')));
      expect(isOutput('/in/a.webp', '5:21:30:1', 'hash')).toBe(true);
    },
  );

  it.each([0, 1])(
    'is brought forward from version %i by one of three that start at once',
    async (version) => {
      const root = await temporaryFolder();
      const folders = Array.from({ length: 25 }, (_, index) => join(root, String(index)));
      if (version > 0) {
        for (const folder of folders) {
          await mkdir(folder);
          const old = new DatabaseSync(join(folder, 'millrace.db'));
          for (const migration of migrations.slice(0, version)) old.exec(migration);
          old.exec(`PRAGMA user_version = ${String(version)}`);
          old.close();
        }
      }
      const all = [1, 2, 3].map(() => startOpening(folders));
      await Promise.all(all.map(({ ready }) => ready));
      for (const { go } of all) go();
      expect(await Promise.all(all.map(({ ended }) => ended))).toEqual(['', '', '']);
    },
    30_000,
  );

  it('is refused when a later version made it, and left as it was', async () => {
    const folder = await temporaryFolder();
    const later = new DatabaseSync(join(folder, 'millrace.db'));
    later.exec(`PRAGMA user_version = ${String(migrations.length + 1)}`);
    later.close();
    const bytes = await readFile(join(folder, 'millrace.db'));
    expect(() => openStore(folder)).toThrow(expect.objectContaining({ code: 'store-newer' }));
    expect(await readFile(join(folder, 'millrace.db'))).toEqual(bytes);
  });

  it.each([
    'not a database at all, only some text that is long enough to look at',
    'SQLite format 3\0garbage',
  ])('puts a damaged one aside and begins anew (%j)', async (content) => {
    const folder = await temporaryFolder();
    await writeFile(join(folder, 'millrace.db'), content);
    const { store, writer, preferences } = live(folder, () => new Date(0));
    expect(store.notice).toContain('millrace.db.damaged-1970-01-01T00-00-00.000Z');
    preferences.saveSettings({ ...defaultSettings, theme: 'light' });
    await writer.wait('written');
    expect(preferences.load().settings.theme).toBe('light');
    expect(await readFile(join(folder, 'millrace.db.damaged-1970-01-01T00-00-00.000Z'), 'utf8')).toBe(
      content,
    );
  });

  it.each(['attempt', 'setting'])('puts one aside whose pages do not hold together (%s)', async (table) => {
    const folder = await storeOfVersion(2);
    const path = join(folder, 'millrace.db');
    const old = new DatabaseSync(path);
    const { page } =
      old.prepare('SELECT rootpage AS page FROM sqlite_schema WHERE name = ?').get(table) ?? {};
    const { size } = old.prepare('SELECT page_size AS size FROM pragma_page_size').get() ?? {};
    old.close();
    const bytes = await readFile(path);
    bytes.fill(0x5a, (Number(page) - 1) * Number(size), Number(page) * Number(size));
    await writeFile(path, bytes);
    const { store } = live(folder, () => new Date(0));
    expect(store.notice).toContain('was damaged');
    expect(await readFile(`${path}.damaged-1970-01-01T00-00-00.000Z`)).toEqual(bytes);
  });

  it('says so where there is no place for it', async () => {
    const folder = await temporaryFolder();
    await writeFile(join(folder, 'file'), '');
    expect(() => openStore(join(folder, 'file'))).toThrow(
      expect.objectContaining({ code: 'store-unusable' }),
    );
    await mkdir(join(folder, 'millrace.db'));
    expect(() => openStore(folder)).toThrow(expect.objectContaining({ code: 'store-unusable' }));
    expect((await readdir(folder)).sort()).toEqual(['file', 'millrace.db', 'opening.lock']);
  });

  it('gives the default for what it does not understand', async () => {
    const { store, preferences } = live(await temporaryFolder());
    store.database.exec(
      `INSERT INTO setting VALUES ('settings', '{"theme":"purple"}'), ('recipe', 'no json')`,
    );
    store.database.exec(`INSERT INTO preset VALUES ('x', 'X', '{"to":"bmp"}', 1)`);
    expect(preferences.load()).toEqual({ settings: defaultSettings, recipe: parseRecipe({}), presets: [] });
  });
});
