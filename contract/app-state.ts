import * as v from 'valibot';
import { jobStates } from './batch.ts';
import { logLevels } from './envelope.ts';
import { wireErrorSchema } from './errors.ts';
import { inputFormats, outputFormats } from './formats.ts';
import { bytes, count, milliseconds } from './primitives.ts';
import { outputSchema, recipeSchema, type OutputPlace } from './recipe.ts';
import { fidelitySchema } from './report.ts';

/** What the page shows of main's state. Paths stay in main: the page knows jobs by their number. */

const name = v.pipe(v.string(), v.trim(), v.minLength(1, 'expected a name'), v.maxLength(80));

/** A job as a line of the list. What is absent is not known yet. */
export const rowSchema = v.object({
  id: count,
  name: v.string(),
  /** The folder as a person would say it: relative to what was dropped, or the host of a link. */
  folder: v.string(),
  state: v.picklist(jobStates),
  /** Bytes and format of the source. */
  bytes: v.optional(count),
  format: v.optional(v.picklist(inputFormats)),
  /** Pixels of all frames; 0 when the header does not tell. */
  pixels: v.optional(count),
  output: v.optional(
    v.object({
      name: v.string(),
      format: v.picklist(outputFormats),
      bytes: count,
      /** Nothing smaller came out: the output has the source's own bytes. */
      keptOriginal: v.boolean(),
      /** Reached SSIMULACRA2 score, where it was measured. */
      score: v.optional(v.number()),
    }),
  ),
  /** Why it failed, was left as it is or was kept, for a person. */
  reason: v.optional(v.string()),
  /** Share of a link that has arrived, 0 to 1, while it is downloaded. */
  downloaded: v.optional(v.pipe(v.number(), v.minValue(0), v.maxValue(1))),
});
export type Row = v.InferOutput<typeof rowSchema>;

const countsSchema = v.object({
  total: count,
  waiting: count,
  running: count,
  done: count,
  failed: count,
  skipped: count,
  cancelled: count,
  ignored: count,
});

/** The batch in the window. `stopped`: it cannot go on. `held`: it waits for a person, for instance at a full disk. */
export const batchViewSchema = v.object({
  /** Rises with each batch of this run of the app; rows of another batch are void. */
  id: count,
  state: v.picklist(['working', 'paused', 'held', 'cancelling', 'ended', 'stopped']),
  /** Why it is held or stopped. */
  error: v.optional(wireErrorSchema),
  counts: countsSchema,
  /** Pictures that came in so far, with those that have been removed since. */
  found: count,
  intakeEnded: v.boolean(),
  bytesIn: count,
  bytesOut: count,
  elapsedMs: milliseconds,
  etaMs: v.optional(milliseconds),
  /** What was dropped and left out, with up to five names for each reason. */
  leftOut: v.array(
    v.object({
      reason: v.picklist(['hidden', 'not-an-image', 'already-seen', 'special-file', 'own-output']),
      count,
      names: v.array(v.string()),
    }),
  ),
  /** The lowest score of the batch and its job, where scores were measured. */
  lowestScore: v.optional(v.object({ id: count, score: v.number() })),
  recipe: recipeSchema,
  /** Its entry in the history, once it is over. */
  record: v.optional(v.string()),
});
export type BatchView = v.InferOutput<typeof batchViewSchema>;

export const presetSchema = v.object({
  id: v.string(),
  name,
  recipe: recipeSchema,
  /** Comes with Millrace; cannot be renamed or deleted. */
  builtIn: v.boolean(),
});
export type Preset = v.InferOutput<typeof presetSchema>;

const beside: OutputPlace = { place: 'beside', suffix: '-small', existing: 'rename' };

export const settingsSchema = v.strictObject({
  /** Worker processes; `auto` is one for each core. */
  workers: v.union([v.literal('auto'), v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(256))]),
  /** Memory for pictures in work, bytes; `auto` is half of the machine's. */
  memory: v.union([v.literal('auto'), v.pipe(v.number(), v.integer(), v.minValue(256 * 1024 ** 2))]),
  /** How much the workers give way to what else the computer does. */
  priority: v.picklist(['low', 'normal']),
  theme: v.picklist(['system', 'light', 'dark']),
  /** Where the outputs of the built-in presets go. */
  output: v.optional(outputSchema, beside),
  /** Ask before quitting in the middle of a batch. */
  confirmQuit: v.boolean(),
  /** Ask before originals are replaced. */
  confirmReplace: v.boolean(),
  notify: v.boolean(),
  /** Replaced originals are kept this long, days, and no more than this together; those of the newest batch always. */
  backupDays: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(3650)), 60),
  backupGigabytes: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(100_000)), 20),
  /** Where they are kept; absent is Millrace's own folder. */
  backupFolder: v.optional(v.pipe(v.string('expected a folder'), v.nonEmpty('expected a folder'))),
  logLevel: v.picklist(logLevels),
});
export type Settings = v.InferOutput<typeof settingsSchema>;

export const defaultSettings: Settings = {
  workers: 'auto',
  memory: 'auto',
  priority: 'low',
  theme: 'system',
  output: beside,
  confirmQuit: true,
  confirmReplace: true,
  notify: true,
  backupDays: 60,
  backupGigabytes: 20,
  logLevel: 'info',
};

/** A batch of the past: what Undo and Resume work on. */
export const historyEntrySchema = v.object({
  batch: v.string(),
  startedAt: milliseconds,
  /** What was done; absent where another version wrote it down otherwise. */
  recipe: v.optional(recipeSchema),
  /** Name of the folder that the first result went to, once one was to go somewhere. */
  folder: v.optional(v.string()),
  state: v.picklist(['unfinished', 'ended', 'undone', 'partly-undone']),
  done: count,
  failed: count,
  waiting: count,
  bytesIn: count,
  bytesOut: count,
  /** Originals that were replaced and can be put back. */
  replaced: count,
});
export type HistoryEntry = v.InferOutput<typeof historyEntrySchema>;

/** Everything of the app but the rows. */
export const appViewSchema = v.object({
  batch: v.optional(batchViewSchema),
  /** What the next drop gets. */
  recipe: recipeSchema,
  presets: v.array(presetSchema),
  settings: settingsSchema,
  /** Cores and memory of this machine, for the settings' limits. */
  machine: v.object({ cores: count, memory: count }),
  /** Newest first, at most fifty. */
  history: v.array(historyEntrySchema),
  /** What a person should know once, for instance that a damaged store was put aside. */
  notices: v.array(v.object({ id: count, text: v.string() })),
});
export type AppView = v.InferOutput<typeof appViewSchema>;

/** A row in full, for the compare screen. */
export const jobDetailSchema = v.object({
  row: rowSchema,
  fidelity: v.array(fidelitySchema),
  /** Encoder, quality and options in words, `mozjpeg, quality 82, 4:2:0`. */
  settings: v.optional(v.string()),
  source: v.optional(v.object({ width: count, height: count, colour: v.string() })),
  output: v.optional(v.object({ width: count, height: count, colour: v.string() })),
});
export type JobDetail = v.InferOutput<typeof jobDetailSchema>;

/** Rows in one answer at most; bounds every message to the page. */
export const maxRowsPerAnswer = 1000;

/** Something the page offers to the batch. */
export const offerSchema = v.variant('kind', [
  /** A file or folder that the preload or main made known; the number means nothing to the page. */
  v.object({ kind: v.literal('handle'), handle: v.string() }),
  v.object({ kind: v.literal('link'), url: v.pipe(v.string(), v.maxLength(8192)) }),
  /** A picture without a file: pasted, or dragged out of another app. */
  v.object({
    kind: v.literal('picture'),
    name: v.pipe(v.string(), v.maxLength(255)),
    bytes,
  }),
]);
export type Offer = v.InferOutput<typeof offerSchema>;
