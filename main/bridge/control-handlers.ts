import type { ControlProtocol } from '../../contract/control-protocol.ts';
import { MillraceError } from '../../contract/errors.ts';
import type { Job } from '../../contract/batch.ts';
import type { Handlers } from '../../contract/rpc/server.ts';
import type { Shell } from '../app/shell.ts';
import type { Desk } from './desk.ts';
import type { Feed } from './feed.ts';
import { readPresetFile, writePresetFile } from './preset-file.ts';
import type { Previews } from './previews.ts';

export interface PageParts {
  readonly desk: Desk;
  readonly feed: Feed;
  readonly previews: Previews;
  readonly shell: Shell;
  /** The page's number, which workers know it by. */
  readonly page: number;
}

/** Every method a page may call. Params have been checked; paths never come from a page and never go to it. */
export function createControlHandlers(parts: PageParts): Handlers<ControlProtocol> {
  const { desk, feed, previews, shell, page } = parts;
  return {
    changes: (_, { signal }) => feed.next(signal),

    add: ({ offers, goesOn }) => desk.add(offers, goesOn),
    async choose({ what }) {
      await desk.addPaths(await (what === 'files' ? shell.chooseFiles() : shell.chooseFolder()));
    },
    addSamples: () => desk.addSamples(),

    pause: () => desk.batch?.pause(),
    resume: () => desk.batch?.resume(),
    cancel: () => desk.batch?.cancel(),
    cancelJobs: ({ ids }) => desk.batch?.cancelJobs(ids),
    retry: ({ ids }) => desk.retry(ids),
    remove: ({ ids }) => desk.batch?.remove(ids),
    clear: () => desk.clear(),

    detail: ({ id }) => desk.batch?.detail(id),
    showInFolder({ id, which }) {
      shell.showInFolder(which === 'output' ? outputOf(job(id)) : fileOf(job(id)));
    },
    dragOut({ ids }) {
      const paths = ids
        .map((id) => desk.batch?.job(id))
        .flatMap((found) => (found?.state === 'done' ? [outputOf(found)] : []));
      if (paths.length > 0) shell.startDrag(paths);
    },
    copyText({ text }) {
      shell.copyText(text);
    },

    preview: (params, { signal }) => previews.preview(params, page, signal),
    estimate: (params, { signal }) => previews.estimate(params, signal),

    setRecipe({ recipe }) {
      desk.setRecipe(recipe);
    },
    choosePreset: ({ id }) => desk.choosePreset(id),
    chooseDestination: () => shell.chooseDestination(),
    savePreset({ name, recipe }) {
      const preset = desk.presets.save(name, recipe);
      desk.changed();
      return preset;
    },
    renamePreset({ id, name }) {
      desk.presets.rename(id, name);
      desk.changed();
    },
    deletePreset({ id }) {
      desk.presets.delete(id);
      desk.changed();
    },
    async exportPreset({ id }) {
      const preset = desk.presets.get(id);
      const path = await shell.choosePresetExport(preset.name);
      if (path !== undefined) await writePresetFile(path, preset);
    },
    async importPreset() {
      const path = await shell.choosePresetToImport();
      if (path === undefined) return undefined;
      const { name, recipe } = await readPresetFile(path);
      const preset = desk.presets.save(desk.presets.freeName(name), recipe);
      desk.changed();
      return preset;
    },

    setSettings({ settings }) {
      desk.setSettings(settings);
    },
    showLogs() {
      shell.showLogs();
    },
    undo: ({ batch }) => desk.undo(batch),
    resumeBatch: ({ batch }) => desk.resumeBatch(batch),
    dismissNotice({ id }) {
      desk.dismissNotice(id);
    },
  };

  function job(id: number): Job {
    const found = desk.batch?.job(id);
    if (found === undefined) {
      throw new MillraceError('no-such-thing', 'That picture is not in the list any more.');
    }
    return found;
  }
}

function outputOf({ output }: Job): string {
  if (output === undefined)
    throw new MillraceError('no-such-thing', 'There is no result of that picture yet.');
  return output.path;
}

function fileOf({ source }: Job): string {
  if (source.kind === 'file') return source.path;
  throw new MillraceError(
    'no-such-thing',
    'That picture came from a link and has no folder. Show its result.',
  );
}
