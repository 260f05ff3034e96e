import { rm } from 'node:fs/promises';
import { isDeepStrictEqual } from 'node:util';
import type { AppView, HistoryEntry, Offer, Settings } from '../../contract/app-state.ts';
import type { LogLevel } from '../../contract/envelope.ts';
import { asMillraceError, cancelled, MillraceError } from '../../contract/errors.ts';
import { sourceAddress, type Source } from '../../contract/batch.ts';
import type { Recipe } from '../../contract/recipe.ts';
import type { HandleTable } from '../app/handles.ts';
import type { Shell } from '../app/shell.ts';
import type { Clock } from '../engine/world.ts';
import { createDroppedPictures } from './dropped-pictures.ts';
import { pathBelow } from '../files/path-below.ts';
import { copySamples, type DeskFolders } from './folders.ts';
import type { RowSource } from './feed.ts';
import { resolveOffers, takeInOffers, type KnownOffers } from './offers.ts';
import { withOwnPlace } from './own-place.ts';
import type { RecordedBatch, Undone } from '../past/past.ts';
import { limitsOf } from '../past/prune.ts';
import type { State } from '../past/state.ts';
import type { Preferences } from '../store/preferences.ts';
import { createPresets, type Presets } from './presets.ts';
import { openWindowBatch, type WindowBatch } from './window-batch.ts';
import type { Machine, Works, WorksSettings } from './works.ts';

export interface DeskOptions {
  readonly openWorks: (settings: WorksSettings) => Works;
  readonly shell: Shell;
  readonly handles: Pick<HandleTable, 'resolve'>;
  readonly preferences: Preferences;
  /** Closed with the desk. */
  readonly state: Pick<State, 'past' | 'keepBackupsIn' | typeof Symbol.asyncDispose>;
  readonly clock: Clock;
  readonly machine: Machine;
  readonly folders: DeskFolders;
  readonly log: (level: LogLevel, message: string) => void;
}

/** Someone who is told what changes, at once and often. */
export interface DeskListener {
  rowChanged(id: number): void;
  viewChanged(): void;
}

/**
 * Everything the window works with. There is one, and it outlives every page: a page that was reloaded finds it as it
 * was.
 */
export interface Desk {
  readonly batch: WindowBatch | undefined;
  /** The rows in the window; none, in batch 0, when there is no batch. */
  readonly rows: RowSource;
  readonly presets: Presets;
  readonly works: Works;
  view(): AppView;
  /** The returned function ends it. */
  watch(listener: DeskListener): () => void;
  /** Anything but rows is other than before. */
  changed(): void;
  /**
   * @param goesOn more of what was offered last
   * @throws MillraceError `cancelled` when the person said no, or called off what goes on
   */
  add(offers: readonly Offer[], goesOn?: boolean): Promise<void>;
  addPaths(paths: readonly string[]): Promise<void>;
  addSamples(): Promise<void>;
  retry(ids: readonly number[] | undefined): Promise<void>;
  /** Takes the batch out of the window, once a person has agreed to stop it. */
  clear(): Promise<void>;
  setRecipe(recipe: Recipe): void;
  /**
   * Gives the preset's recipe, which is the present one from now on.
   * @throws MillraceError `no-such-thing`
   */
  choosePreset(id: string): Recipe;
  setSettings(settings: Settings): void;
  undo(batch: string): Promise<{ restored: number; problems: string[] }>;
  resumeBatch(batch: string): Promise<void>;
  /**
   * Puts in order what the last run was in the middle of, and goes on with its batch, which stays paused where a person
   * had paused it. Called once.
   */
  goOn(): Promise<void>;
  /** Tells the person something once. */
  notice(text: string): void;
  dismissNotice(id: number): void;
  /** A link has arrived so far, 0 to 1. */
  downloaded(source: Source, share: number): void;
  /** Ends the workers; settles when no process is left. A batch in the middle is for the next run to go on with. */
  close(): Promise<void>;
}

export function createDesk(options: DeskOptions): Desk {
  const { openWorks, shell, preferences, state, folders, log } = options;
  const { past } = state;
  let { settings, recipe } = preferences.load();
  /** Nobody has sent outputs elsewhere: they go where the settings say, also when these change. */
  let followsSettings = isDeepStrictEqual(recipe.output, settings.output);
  const presets = createPresets(preferences.load().presets, preferences, () => settings.output);
  let dropped = createDroppedPictures(folders.dropped);
  const listeners = new Set<DeskListener>();
  let works = openWorks(settings);
  let worksSettings: WorksSettings = settings;
  let batch: WindowBatch | undefined;
  /** Of the batch in the window. */
  let record: RecordedBatch | undefined;
  /** Where the last drop went, and how often that batch had been cancelled then. */
  let taking: { readonly batch: WindowBatch; readonly timesCancelled: number } | undefined;
  let batches = 0;
  let history: readonly HistoryEntry[] = past.history();
  let notices: AppView['notices'] = [];
  let noticesGiven = 0;
  let lastTurn: Promise<unknown> = Promise.resolve();

  const rows: RowSource = {
    get id() {
      return batch?.id ?? 0;
    },
    get lastId() {
      return batch?.lastId ?? 0;
    },
    row: (id) => batch?.row(id),
  };

  function changed(): void {
    for (const listener of listeners) listener.viewChanged();
    shell.batchChanged(batch?.view());
  }

  function batchChanged(state: WindowBatch['state'], before: WindowBatch['state']): void {
    const isOver = state === 'ended' || state === 'stopped';
    if (state !== before) {
      if (isOver) void tidy();
      if (state === 'paused' || state === 'working') rememberPause(state === 'paused');
    }
    changed();
  }

  /** What a person has paused is for nobody but them to resume, also after a restart. */
  function rememberPause(isPaused: boolean): void {
    try {
      preferences.savePausedBatch(isPaused ? record?.id : undefined);
    } catch (error) {
      log('error', asMillraceError(error).message);
    }
  }

  /** After a batch: it is in the history, and old backups go. */
  async function tidy(): Promise<void> {
    try {
      await past.prune(limitsOf(settings));
      history = past.history();
      changed();
    } catch (error) {
      log('error', asMillraceError(error).message);
    }
  }

  /** What changes which batch is in the window is done one after the other, questions to the person included. */
  function inTurn<T>(act: () => Promise<T>): Promise<T> {
    const mine = lastTurn.then(act);
    lastTurn = mine.catch(() => undefined);
    return mine;
  }

  /** Workers, memory or priority have been set otherwise, or workers could not be started. */
  function freshWorks(isBroken: boolean): Works {
    const { workers, memory, priority } = settings;
    const wanted = { workers, memory, priority };
    const { workers: w, memory: m, priority: p } = worksSettings;
    if (!isBroken && isDeepStrictEqual(wanted, { workers: w, memory: m, priority: p })) return works;
    const old = works;
    works = openWorks(wanted);
    worksSettings = wanted;
    old.pool.shutdown().catch((error: unknown) => {
      log('error', `Workers could not be ended: ${String(error)}`);
    });
    return works;
  }

  async function begin(wanted: Recipe, recorded = past.begin(wanted)): Promise<WindowBatch> {
    const isBroken = batch?.state === 'stopped';
    await leaveBatch();
    const { world, budget } = freshWorks(isBroken);
    dropped = createDroppedPictures(folders.dropped);
    // Also those that were dropped in an earlier run.
    const placeless = (source: Source): boolean =>
      pathBelow(folders.dropped, sourceAddress(source)) !== undefined;
    batches += 1;
    const id = batches;
    let state: WindowBatch['state'] = 'working';
    const opened = openWindowBatch({
      id,
      recipe: wanted,
      recorded,
      world: { ...world, outputs: withOwnPlace(world.outputs, placeless, folders.outputs) },
      budget,
      rowChanged(row) {
        if (batch === opened) for (const listener of listeners) listener.rowChanged(row);
      },
      viewChanged() {
        if (batch !== opened) return;
        const before = state;
        state = opened.state;
        batchChanged(state, before);
      },
      log,
    });
    batch = opened;
    record = recorded;
    return opened;
  }

  async function goOnWith(id: string): Promise<WindowBatch> {
    const resumed = await past.resume(id);
    const opened = await begin(resumed.recipe, resumed);
    opened.add(resumed.intake);
    return opened;
  }

  /** The batch leaves the window; what it has written stays. */
  async function leaveBatch(): Promise<void> {
    const old = batch;
    if (old === undefined) return;
    await old.cancel();
    batch = undefined;
    record = undefined;
    old.close();
    await dropped.clear();
  }

  /** The batch in the window while it works, or with the present recipe; else a new one. Undefined: the person said no. */
  async function batchFor(offers: KnownOffers): Promise<WindowBatch | undefined> {
    const isOver = batch === undefined || batch.state === 'ended' || batch.state === 'stopped';
    if (batch !== undefined && batch.state !== 'stopped') {
      if (batch.state === 'cancelling') await batch.cancel();
      if (!isOver || isDeepStrictEqual(batch.recipe, recipe)) return batch;
    }
    const wanted = recipe;
    const mayReplace = wanted.output.place === 'in-place' && offers.paths.length > 0;
    if (mayReplace && settings.confirmReplace && !(await shell.confirmReplace(undefined))) return undefined;
    return begin(wanted);
  }

  function addKnown(offers: KnownOffers, goesOn = false): Promise<void> {
    return inTurn(async () => {
      if (goesOn && (batch !== taking?.batch || batch?.timesCancelled !== taking?.timesCancelled))
        throw cancelled();
      if (offers.paths.length + offers.links.length + offers.pictures.length === 0) return;
      const target = await batchFor(offers);
      // Whoever offers more of the same hears that it is not wanted.
      if (target === undefined || record === undefined) throw cancelled();
      taking = { batch: target, timesCancelled: target.timesCancelled };
      target.add(record.follow(offers, takeInOffers(offers, target.recipe, dropped)));
    });
  }

  async function mayStop(): Promise<boolean> {
    if (batch === undefined || batch.state === 'ended' || batch.state === 'stopped') return true;
    return shell.confirmStop();
  }

  const desk: Desk = {
    get batch() {
      return batch;
    },
    rows,
    presets,
    get works() {
      return works;
    },
    view: () => ({
      ...(batch === undefined ? {} : { batch: batch.view() }),
      recipe,
      presets: presets.list(),
      settings,
      machine: options.machine,
      history: [...history],
      notices,
    }),
    watch(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    changed,
    async add(offers, goesOn) {
      await addKnown(resolveOffers(offers, options.handles), goesOn);
    },
    addPaths: (paths) => addKnown({ paths, links: [], pictures: [] }),
    async addSamples() {
      await inTurn(async () => {
        if (batch !== undefined) return;
        await copySamples(folders);
      });
      await desk.addPaths([folders.samplesCopy]);
    },
    async retry(ids) {
      await inTurn(async () => {
        // Its workers cannot be started any more.
        if (batch?.state === 'stopped') {
          throw new MillraceError('workers-cannot-start', 'This batch cannot go on. Add its pictures again.');
        }
        await batch?.retry(ids);
      });
    },
    clear: () =>
      inTurn(async () => {
        if (!(await mayStop())) return;
        await leaveBatch();
        changed();
      }),
    setRecipe(next) {
      recipe = next;
      followsSettings = isDeepStrictEqual(next.output, settings.output);
      changed();
      preferences.saveRecipe(next);
    },
    choosePreset(id) {
      const chosen = presets.get(id).recipe;
      desk.setRecipe(chosen);
      return chosen;
    },
    setSettings(next) {
      const before = settings;
      settings = next;
      if (next.theme !== before.theme) shell.setTheme(next.theme);
      if (next.logLevel !== before.logLevel) shell.setLogLevel(next.logLevel);
      if (next.backupFolder !== before.backupFolder) state.keepBackupsIn(next.backupFolder);
      if (followsSettings && !isDeepStrictEqual(next.output, before.output))
        desk.setRecipe({ ...recipe, output: next.output });
      changed();
      preferences.saveSettings(next);
    },
    async undo(id) {
      const undone = await past.undo(id);
      // Its rows would speak of files that are not there any more.
      if (record?.id === id) await inTurn(leaveBatch);
      history = past.history();
      desk.notice(undoneSentence(undone));
      for (const problem of undone.problems.slice(0, maxProblems)) desk.notice(problem);
      return { restored: undone.restored, problems: undone.problems };
    },
    resumeBatch: (id) =>
      inTurn(async () => {
        if (await mayStop()) await goOnWith(id);
      }),
    goOn: () =>
      inTurn(async () => {
        try {
          await past.settle();
          history = past.history();
          const [newest] = past.unfinished();
          if (newest !== undefined) {
            const wasPaused = preferences.load().pausedBatch === newest;
            const opened = await goOnWith(newest);
            if (wasPaused) opened.pause();
            desk.notice(
              wasPaused
                ? 'The batch that was paused is here again. It goes on when you resume it.'
                : 'The batch that was interrupted goes on where it was.',
            );
          } else {
            // Nobody needs them any more.
            await rm(folders.dropped, { recursive: true, force: true });
            changed();
          }
        } catch (error) {
          // What was cannot be put in order; what is to come can be worked on all the same.
          desk.notice(asMillraceError(error).message);
        }
      }),
    notice(text) {
      noticesGiven += 1;
      notices = [...notices, { id: noticesGiven, text }];
      changed();
    },
    dismissNotice(id) {
      notices = notices.filter((notice) => notice.id !== id);
      changed();
    },
    downloaded(source, share) {
      batch?.downloaded(source, share);
    },
    async close() {
      await batch?.interrupt();
      batch?.close();
      await works.pool.shutdown();
      await state[Symbol.asyncDispose]();
    },
  };
  shell.setTheme(settings.theme);
  shell.setLogLevel(settings.logLevel);
  return desk;
}

/** Told one by one; the rest by their number. */
const maxProblems = 5;

function undoneSentence({ restored, problems }: Undone): string {
  const back = `${String(restored)} ${restored === 1 ? 'original is' : 'originals are'} back in place.`;
  const more = problems.length - maxProblems;
  return more > 0 ? `${back} There is something to say about ${String(problems.length)}.` : back;
}
