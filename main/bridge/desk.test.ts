import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { defaultSettings } from '../../contract/app-state.ts';
import type { Intake } from '../../contract/batch.ts';
import { MillraceError } from '../../contract/errors.ts';
import { parseRecipe } from '../../contract/recipe.ts';
import { forgetful } from '../past/state.ts';
import { preferencesInMemory } from './preferences.ts';
import { bridgeStage, links, type PageState } from '../../tests/fixtures/bridge-stage.ts';

const hasEnded = ({ view }: PageState): boolean => view?.batch?.state === 'ended';

describe('a drop', () => {
  it('starts a batch with the present recipe and is told to its end', async () => {
    const { desk, until, world } = await bridgeStage({ instant: true });
    desk.setRecipe(parseRecipe({ to: 'webp' }));
    await desk.add(links('a.jpg', 'b.jpg'));
    const page = await until(hasEnded);
    expect(page.batch).toBe(1);
    expect([...page.rows.values()]).toMatchObject([
      { id: 1, name: 'a.jpg', folder: 'pictures.test', state: 'done', bytes: 27, format: 'jpeg' },
      {
        id: 2,
        state: 'done',
        output: { keptOriginal: true, format: 'jpeg' },
        reason: 'Nothing smaller came out.',
      },
    ]);
    expect(page.view?.batch).toMatchObject({
      counts: { total: 2, done: 2 },
      intakeEnded: true,
      recipe: { to: 'webp' },
    });
    expect(world.committed.size).toBe(2);
  });

  it('adds to the batch that works, whatever the recipe is by now', async () => {
    const { desk, until, world } = await bridgeStage({ workers: 1 });
    await desk.add(links('a.jpg'));
    await world.until(() => world.runs.length === 1);
    desk.setRecipe(parseRecipe({ to: 'png' }));
    await desk.add(links('b.jpg'));
    await world.until(() => world.runs.length === 2);
    for (const run of [...world.runs]) run.finish();
    const page = await until(hasEnded);
    expect(page.batch).toBe(1);
    expect(page.rows.size).toBe(2);
  });

  it('adds to an ended batch of the same recipe, and replaces one of another', async () => {
    const { desk, until } = await bridgeStage({ instant: true });
    await desk.add(links('a.jpg'));
    await until(hasEnded);
    await desk.add(links('b.jpg'));
    const same = await until((page) => page.rows.size === 2 && hasEnded(page));
    expect(same.batch).toBe(1);
    desk.setRecipe(parseRecipe({ to: 'png' }));
    await desk.add(links('c.jpg'));
    const other = await until((page) => page.batch === 2 && page.rows.size === 1 && hasEnded(page));
    expect(other.rows.get(1)).toMatchObject({ name: 'c.jpg', state: 'done' });
  });

  it('leaves out what is in the list, and what the list has made', async () => {
    const { desk, folder, handles, until, world } = await bridgeStage({ instant: true });
    const pictures = join(folder, 'pictures');
    await mkdir(pictures);
    await writeFile(join(pictures, 'a.jpg'), 'a');
    Object.assign(world.outputs, {
      reserve: () => Promise.resolve({ path: join(pictures, 'a-small.jpg'), skip: false }),
      commit: async ({ path }: { path: string }) => {
        await writeFile(path, 'smaller');
        return { path };
      },
    });
    const [handle = ''] = handles.register([pictures]);
    await desk.add([{ kind: 'handle', handle }]);
    const page = await until(hasEnded);
    expect(page.rows.get(1)).toMatchObject({ name: 'a.jpg', folder: 'pictures' });
    await desk.add([{ kind: 'handle', handle }]);
    const again = await until(({ view }) => view?.batch?.counts.ignored === 2);
    expect(again.rows.size).toBe(1);
    expect(again.view?.batch?.leftOut).toEqual([
      { reason: 'own-output', count: 1, names: ['a-small.jpg'] },
      { reason: 'already-seen', count: 1, names: ['a.jpg'] },
    ]);
  });

  it('takes nothing in when one of its handles was never given out', async () => {
    const { desk } = await bridgeStage();
    await expect(
      desk.add([...links('a.jpg'), { kind: 'handle', handle: '../../etc/passwd' }]),
    ).rejects.toMatchObject({ code: 'source-not-found' });
    expect(desk.batch).toBeUndefined();
  });

  it('writes pictures without a file to a folder of its own, and removes them with the batch', async () => {
    const { desk, folder, until, world } = await bridgeStage({ instant: true });
    const bytes = new Uint8Array([0xff, 0xd8, 0xff, 1]);
    const picture = { kind: 'picture', name: '../../way/out.png', bytes } as const;
    const places: unknown[] = [];
    const { reserve } = world.outputs;
    Object.assign(world.outputs, {
      reserve: (...args: Parameters<typeof reserve>) => {
        places.push(args[3]);
        return reserve(...args);
      },
    });
    await desk.add([picture, picture]);
    const page = await until(hasEnded);
    expect([...page.rows.values()].map(({ name }) => name)).toEqual(['out.jpg', 'out (2).jpg']);
    const dropped = join(folder, 'dropped');
    expect(new Uint8Array(await readFile(join(dropped, 'out.jpg')))).toEqual(bytes);
    expect(places[0]).toEqual({ place: 'folder', folder: join(folder, 'results'), existing: 'rename' });
    await writeFile(join(dropped, 'not ours.txt'), '');
    await desk.clear();
    expect(await readdir(dropped)).toEqual(['not ours.txt']);
  });

  it('says so when what the last run left cannot be put in order, and works all the same', async () => {
    const { past } = forgetful({});
    const settle = (): Promise<void> =>
      Promise.reject(new MillraceError('store-unusable', 'The disk is gone.'));
    const { desk, until } = await bridgeStage({ instant: true, past: { ...past, settle } });
    await desk.goOn();
    await until(({ view }) => view?.notices.some(({ text }) => text === 'The disk is gone.') === true);
    await desk.add(links('a.jpg'));
    await until(hasEnded);
  });

  it.each([true, false])('goes on after a restart as it was, paused: %s', async (isPaused) => {
    const preferences = preferencesInMemory();
    const { past } = forgetful({});
    const recorded = { ...past.begin(parseRecipe({})), id: 'earlier' };
    {
      const { desk } = await bridgeStage({ preferences, past: { ...past, begin: () => recorded } });
      await desk.add(links('a.jpg'));
      desk.batch?.pause();
      if (!isPaused) desk.batch?.resume();
      await desk.close();
    }
    const left: Intake = { kind: 'source', source: { kind: 'link', url: 'https://pictures.test/a.jpg' } };
    const { desk, until, world } = await bridgeStage({
      preferences,
      instant: true,
      past: {
        ...past,
        unfinished: () => ['earlier'],
        resume: () =>
          Promise.resolve({ ...recorded, recipe: parseRecipe({}), intake: Readable.from([left]) }),
      },
    });
    await desk.goOn();
    if (isPaused) {
      const { view } = await until((page) => page.view?.batch?.counts.waiting === 1);
      expect(view?.batch?.state).toBe('paused');
      expect(view?.notices.map(({ text }) => text)).toEqual([
        'The batch that was paused is here again. It goes on when you resume it.',
      ]);
      expect(world.runs).toEqual([]);
      desk.batch?.resume();
    }
    await until(hasEnded);
    expect(world.committed.size).toBe(1);
  });

  it('asks before originals are replaced, once for a batch, and does nothing when told no', async () => {
    const { desk, asked, answers, folder, handles, world } = await bridgeStage({ workers: 1 });
    await writeFile(join(folder, 'a.jpg'), 'a');
    await writeFile(join(folder, 'b.jpg'), 'b');
    const [a = '', b = ''] = handles.register([join(folder, 'a.jpg'), join(folder, 'b.jpg')]);
    desk.setRecipe(parseRecipe({ output: { place: 'in-place' } }));
    answers.replace = false;
    // Whoever offers more of the same drop hears that it is not wanted.
    await expect(desk.add([{ kind: 'handle', handle: a }])).rejects.toMatchObject({ code: 'cancelled' });
    expect(desk.batch).toBeUndefined();
    answers.replace = true;
    await desk.add([{ kind: 'handle', handle: a }]);
    await desk.add([{ kind: 'handle', handle: b }]);
    await world.until(() => world.runs.length === 2);
    expect(asked.filter((question) => question === 'confirmReplace')).toHaveLength(2);
  });

  it('waits while a question is open', async () => {
    const { desk, answers, world, until } = await bridgeStage({ workers: 1 });
    const answer = Promise.withResolvers<boolean>();
    answers.stop = answer.promise;
    await desk.add(links('a.jpg'));
    await world.until(() => world.runs.length === 1);
    const cleared = desk.clear();
    const added = desk.add(links('b.jpg'));
    await new Promise(setImmediate);
    expect(desk.batch?.lastId).toBe(1);
    answer.resolve(true);
    await Promise.all([cleared, added]);
    await world.until(() => world.runs.length === 1);
    world.runs[0]?.finish();
    const page = await until((state) => state.batch === 2 && hasEnded(state));
    expect([...page.rows.values()]).toMatchObject([{ name: 'b.jpg' }]);
  });
});

describe('a batch in the window', () => {
  it('pauses and resumes', async () => {
    const { desk, until, world } = await bridgeStage({ workers: 1 });
    await desk.add(links('a.jpg'));
    await world.until(() => world.runs.length === 1);
    desk.batch?.pause();
    expect((await until(({ view }) => view?.batch?.state === 'paused')).batch).toBe(1);
    world.runs[0]?.finish();
    await world.until(() => world.committed.size === 1);
    desk.batch?.resume();
    await until(hasEnded);
  });

  it('is held by a full disk, and goes on when a person says so', async () => {
    let isFull = true;
    const { desk, until } = await bridgeStage({
      instant: true,
      commit: () => {
        if (isFull) throw new MillraceError('destination-full', 'There is no room left.');
      },
    });
    await desk.add(links('a.jpg', 'b.jpg', 'c.jpg'));
    const held = await until(
      ({ view, rows }) =>
        view?.batch?.state === 'held' && [...rows.values()].every(({ state }) => state === 'waiting'),
    );
    expect(held.view?.batch).toMatchObject({ error: { code: 'destination-full' }, counts: { waiting: 3 } });
    isFull = false;
    desk.batch?.resume();
    const page = await until(hasEnded);
    expect(page.view?.batch).toMatchObject({ counts: { done: 3 } });
    expect(page.view?.batch?.error).toBeUndefined();
  });

  it('takes no more of a drop in whose middle it was cancelled or cleared, and takes the next drop', async () => {
    const { desk, until, world } = await bridgeStage({ workers: 1 });
    await desk.add(links('a.jpg'));
    await desk.add(links('b.jpg'), true);
    await world.until(() => world.runs.length === 2);
    await desk.batch?.cancel();
    await until(hasEnded);
    await expect(desk.add(links('c.jpg'), true)).rejects.toMatchObject({ code: 'cancelled' });
    await desk.add(links('d.jpg'));
    await until(({ rows }) => rows.size === 3);
    await desk.clear();
    await expect(desk.add(links('e.jpg'), true)).rejects.toMatchObject({ code: 'cancelled' });
    expect(desk.batch).toBeUndefined();
  });

  it('retries what is named, also after a cancel', async () => {
    const { desk, until, world } = await bridgeStage({ workers: 1 });
    await desk.add(links('a.jpg', 'b.jpg'));
    await world.until(() => world.runs.length === 2);
    await desk.batch?.cancel();
    const cancelled = await until(hasEnded);
    expect(cancelled.view?.batch?.counts).toMatchObject({ cancelled: 2 });
    await desk.retry([2]);
    await world.until(() => world.runs.length === 1);
    expect(world.runs[0]?.name).toContain('b.jpg');
    world.runs[0]?.finish();
    const page = await until((state) => hasEnded(state) && state.rows.get(2)?.state === 'done');
    expect(page.rows.get(1)?.state).toBe('cancelled');
    await desk.retry(undefined);
    expect(desk.batch?.state).toBe('ended');
  });

  it('takes rows out, those in work too, and forgets that it has seen them', async () => {
    const { desk, until, world } = await bridgeStage({ workers: 1 });
    await desk.add(links('a.jpg', 'b.jpg', 'c.jpg'));
    await world.until(() => world.runs.length === 3);
    await until(({ rows }) => rows.size === 3);
    await desk.batch?.remove([1, 3, 99]);
    const left = await until(({ rows }) => rows.size === 1);
    expect(left.rows.get(2)).toMatchObject({ name: 'b.jpg' });
    await desk.add(links('a.jpg'));
    await world.until(() => world.runs.length === 2);
    for (const run of [...world.runs]) run.finish();
    const page = await until(hasEnded);
    expect([...page.rows.keys()].sort()).toEqual([2, 4]);
    expect(page.view?.batch?.counts).toMatchObject({ total: 2, done: 2 });
  });

  it('keeps the details of what was done, also when that is asked to be tried again', async () => {
    const { desk, until } = await bridgeStage({ instant: true });
    await desk.add(links('a.jpg'));
    await until(hasEnded);
    await desk.retry([1]);
    expect(desk.batch?.detail(1)).toMatchObject({
      row: { id: 1 },
      fidelity: [],
      settings: 'the original, unchanged',
      source: { width: 1000, height: 1000, colour: 'sRGB' },
    });
    expect(desk.batch?.detail(2)).toBeUndefined();
  });

  it('stays when a person does not agree to stop it', async () => {
    const { desk, answers, asked, world } = await bridgeStage({ workers: 1 });
    answers.stop = false;
    await desk.add(links('a.jpg'));
    await world.until(() => world.runs.length === 1);
    await desk.clear();
    expect(asked).toContain('confirmStop');
    expect(desk.batch).toBeDefined();
  });

  it('is replaced with new workers when they could not be started', async () => {
    const { desk, until, world, pools } = await bridgeStage({ workers: 1 });
    await desk.add(links('a.jpg'));
    await world.until(() => world.runs.length === 1);
    world.runs[0]?.fail(new MillraceError('workers-cannot-start', 'No worker starts.'));
    const stopped = await until(({ view }) => view?.batch?.state === 'stopped');
    expect(stopped.view?.batch?.error).toMatchObject({ code: 'workers-cannot-start' });
    await expect(desk.retry(undefined)).rejects.toMatchObject({ code: 'workers-cannot-start' });
    await desk.add(links('a.jpg'));
    await world.until(() => world.runs.length === 1);
    expect(pools.opened).toHaveLength(2);
    expect(pools.shut).toBe(1);
    expect(desk.batch?.id).toBe(2);
  });
});

describe('settings', () => {
  it('for workers take effect with the next batch, the others at once', async () => {
    const { desk, pools, asked, until } = await bridgeStage({ instant: true });
    await desk.add(links('a.jpg'));
    await until(hasEnded);
    desk.setSettings({ ...defaultSettings, workers: 7, theme: 'dark', logLevel: 'debug' });
    expect(asked).toEqual(['setTheme system', 'setLogLevel info', 'setTheme dark', 'setLogLevel debug']);
    await desk.add(links('b.jpg'));
    await until(hasEnded);
    expect(pools.opened).toHaveLength(1);
    await desk.clear();
    await desk.add(links('c.jpg'));
    expect(pools.opened.at(-1)).toMatchObject({ workers: 7 });
    expect(pools.shut).toBe(1);
  });

  it('say where outputs go that nobody has sent elsewhere, with every built-in preset', async () => {
    const { desk } = await bridgeStage();
    const there = { place: 'folder', folder: '/pictures/small', existing: 'rename' } as const;
    desk.setSettings({ ...defaultSettings, output: there });
    const { recipe, presets } = desk.view();
    expect(recipe.output).toEqual(there);
    expect(presets.map((preset) => preset.recipe.output)).toEqual(presets.map(() => there));

    expect(desk.choosePreset('millrace:web')).toMatchObject({ to: 'webp', output: there });
    expect(desk.view().recipe).toMatchObject({ to: 'webp', output: there });

    const elsewhere = parseRecipe({ output: { place: 'beside', suffix: '-web' } });
    desk.setRecipe(elsewhere);
    desk.presets.save('For the club', elsewhere);
    // Also when the settings have said the same for a moment, as they do while something longer is typed.
    for (const suffix of ['-web', '-webpage']) {
      desk.setSettings({ ...defaultSettings, output: { place: 'beside', suffix, existing: 'rename' } });
    }
    expect(desk.view().recipe).toEqual(elsewhere);
    desk.setSettings(defaultSettings);
    expect(desk.view().recipe).toEqual(elsewhere);
    expect(desk.view().presets.find(({ builtIn }) => !builtIn)?.recipe).toEqual(elsewhere);
  });

  it('are saved, and the sample pictures are copied before they are worked on', async () => {
    const saved: unknown[] = [];
    const { desk, folder, until } = await bridgeStage({
      instant: true,
      preferences: {
        load: () => ({
          settings: defaultSettings,
          recipe: parseRecipe({}),
          presets: [],
          pausedBatch: undefined,
        }),
        saveSettings: (settings) => saved.push(settings),
        saveRecipe: (recipe) => saved.push(recipe),
        savePausedBatch: () => undefined,
        savePreset: (preset) => saved.push(preset.name),
        deletePreset: (id) => saved.push(id),
      },
    });
    desk.setRecipe(parseRecipe({ to: 'avif' }));
    desk.setSettings({ ...defaultSettings, notify: false });
    expect(saved).toMatchObject([{ to: 'avif' }, { notify: false }]);
    await mkdir(join(folder, 'samples'));
    await writeFile(join(folder, 'samples', 'one.jpg'), 'one');
    await desk.addSamples();
    const page = await until(hasEnded);
    expect(page.rows.get(1)).toMatchObject({ name: 'one.jpg', folder: 'samples-copy' });
  });
});
