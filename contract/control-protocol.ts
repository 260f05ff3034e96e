import * as v from 'valibot';
import {
  appViewSchema,
  jobDetailSchema,
  maxRowsPerAnswer,
  offerSchema,
  presetSchema,
  rowSchema,
  settingsSchema,
} from './app-state.ts';
import { count } from './primitives.ts';
import { defineProtocol, type EventPayload, type MethodSchemas } from './protocol.ts';
import { recipeSchema } from './recipe.ts';

const nothing = v.void();
const ids = v.array(count);

/** Characters at most; bounds the message. The reasons of ten thousand failures fit. */
export const maxCopiedText = 5_000_000;

/** A method that says nothing on the way. */
function method<P extends MethodSchemas['params'], R extends MethodSchemas['result']>(params: P, result: R) {
  return { params, result, progress: v.never() };
}

const presetCommands = [
  'save-preset',
  'rename-preset',
  'delete-preset',
  'export-preset',
  'import-preset',
] as const;

/**
 * Renderer (client) to main (server), over the one control port of a window.
 *
 * The page holds no truth: it asks `changes` again and again, and whatever became of its earlier port, the first
 * answers of a new one tell the whole present state.
 */
export const controlProtocol = defineProtocol({
  hello: v.object({
    name: v.string(),
    version: v.string(),
    platform: v.string(),
  }),
  requests: {
    /**
     * What has changed since the last answer on this port, as soon as something has, at most ten times a second: one
     * call is under way at any time. `view` when anything but rows changed. `rows` are new or changed ones in
     * the order of their ids, `removed` are ids no longer in the list. When `batch` is another number than before, all rows
     * known so far are void.
     */
    changes: method(
      nothing,
      v.object({
        view: v.optional(appViewSchema),
        batch: count,
        rows: v.pipe(v.array(rowSchema), v.maxLength(maxRowsPerAnswer)),
        removed: ids,
      }),
    ),

    /** Sources for the batch in the window, or for a new one with the present recipe; work starts at once. */
    add: method(
      v.object({
        offers: v.pipe(v.array(offerSchema), v.maxLength(100_000)),
        /** More of the same drop: refused where the batch was cancelled or cleared since its beginning. */
        goesOn: v.boolean(),
      }),
      nothing,
    ),
    /** Opens the system's dialog and adds what was chosen. */
    choose: method(v.object({ what: v.picklist(['files', 'folder']) }), nothing),
    /** Adds the sample pictures that come with Millrace. */
    addSamples: method(nothing, nothing),

    pause: method(nothing, nothing),
    /** Goes on after a pause, or after what held the batch has been put right. */
    resume: method(nothing, nothing),
    cancel: method(nothing, nothing),
    cancelJobs: method(v.object({ ids }), nothing),
    /** All failed jobs when no ids are given. */
    retry: method(v.object({ ids: v.optional(ids) }), nothing),
    /** Takes jobs out of the list; running ones are cancelled first. No file is touched. */
    remove: method(v.object({ ids }), nothing),
    /** Takes the whole batch out of the window; asks to stop it first when it still works. */
    clear: method(nothing, nothing),

    detail: method(v.object({ id: count }), v.optional(jobDetailSchema)),
    showInFolder: method(v.object({ id: count, which: v.picklist(['source', 'output']) }), nothing),
    /** Hands outputs to the system's drag and drop; called while the page's own drag begins. */
    dragOut: method(v.object({ ids }), nothing),
    copyText: method(v.object({ text: v.pipe(v.string(), v.maxLength(maxCopiedText)) }), nothing),

    /**
     * Asks for a picture of a job. It arrives on the preview port of the worker that made it (`picture` with this
     * `token`), not here; the answer says that it was sent, `unavailable` that there is none to show. `note` says why,
     * or what a person should know of the picture. `reshaped` is the
     * source with the direction and part that the result has. `difference` is a map to lay over the result: see
     * `heatColour`.
     */
    preview: method(
      v.object({
        token: count,
        id: count,
        which: v.picklist(['source', 'reshaped', 'output', 'difference']),
        /** Longest edge in pixels; absent for every pixel as it is. */
        maxEdge: v.optional(v.pipe(v.number(), v.integer(), v.minValue(16), v.maxValue(4096))),
      }),
      v.object({ outcome: v.picklist(['sent', 'unavailable']), note: v.optional(v.string()) }),
    ),
    /** What this recipe would make of a job's source, without writing anything. */
    estimate: method(
      v.object({ id: count, recipe: recipeSchema }),
      v.object({ bytes: count, sourceBytes: count, score: v.optional(v.number()) }),
    ),

    setRecipe: method(v.object({ recipe: recipeSchema }), nothing),
    /**
     * Makes a preset's recipe the present one, and gives it. Main looks it up: what a page knows of presets may be older
     * than the settings that they follow.
     */
    choosePreset: method(v.object({ id: v.string() }), recipeSchema),
    /** Opens the system's dialog for the destination and gives the chosen folder; undefined when nothing was chosen. */
    chooseDestination: method(nothing, v.optional(v.string())),
    savePreset: method(v.object({ name: v.string(), recipe: recipeSchema }), presetSchema),
    renamePreset: method(v.object({ id: v.string(), name: v.string() }), nothing),
    deletePreset: method(v.object({ id: v.string() }), nothing),
    /** Both open the system's dialog; the file holds name and recipe as JSON. */
    exportPreset: method(v.object({ id: v.string() }), nothing),
    importPreset: method(nothing, v.optional(presetSchema)),

    setSettings: method(v.object({ settings: settingsSchema }), nothing),
    showLogs: method(nothing, nothing),
    /** Puts the originals of a batch back; tells how many, and what could not be. */
    undo: method(
      v.object({ batch: v.string() }),
      v.object({ restored: count, problems: v.array(v.string()) }),
    ),
    /** Continues an unfinished batch of an earlier run in this window. */
    resumeBatch: method(v.object({ batch: v.string() }), nothing),
    dismissNotice: method(v.object({ id: count }), nothing),
  },
  events: {
    /** A menu item or an accelerator that only the page can carry out. */
    command: v.picklist([
      'select-all',
      'show-recipe',
      'show-settings',
      'show-history',
      'compare',
      'focus-filter',
      // About the selected pictures.
      'show-result',
      'show-original',
      'retry-selected',
      'cancel-selected',
      'copy-reasons',
      'remove',
      // About all that had been done before.
      'convert-anyway',
      // About the recipe as it is, or the preset that it is.
      ...presetCommands,
    ]),
  },
});

export type ControlProtocol = typeof controlProtocol;
export type Command = EventPayload<ControlProtocol, 'command'>;
export type PresetCommand = (typeof presetCommands)[number];

export function isPresetCommand(command: Command): command is PresetCommand {
  return presetCommands.some((each) => each === command);
}
export type ControlHello = v.InferOutput<(typeof controlProtocol)['hello']>;
