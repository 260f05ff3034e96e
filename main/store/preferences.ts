import type { DatabaseSync } from 'node:sqlite';
import * as v from 'valibot';
import {
  defaultSettings,
  presetSchema,
  settingsSchema,
  type Preset,
  type Settings,
} from '../../contract/app-state.ts';
import { parseRecipe, recipeSchema, type Recipe } from '../../contract/recipe.ts';
import { fromJson } from './from-json.ts';
import type { JournalWriter } from './journal-writer.ts';

/** What a person set and expects to find again. Whoever saves does not wait for the disk. */
export interface Preferences {
  /** As they were at the start. `presets` are the person's own. */
  load(): {
    readonly settings: Settings;
    readonly recipe: Recipe;
    readonly presets: readonly Preset[];
    readonly pausedBatch: string | undefined;
  };
  saveSettings(settings: Settings): void;
  saveRecipe(recipe: Recipe): void;
  /** The batch that waits until the person resumes it, also after a restart. */
  savePausedBatch(id: string | undefined): void;
  /** New, or another name for one that is there. */
  savePreset(preset: Preset): void;
  deletePreset(id: string): void;
}

/**
 * Preferences in the store. What another version wrote and this one does not understand is left where it is, and the
 * default takes its place.
 */
export function createPreferences(
  database: DatabaseSync,
  { post }: Pick<JournalWriter, 'post'>,
): Preferences {
  const read = database.prepare('SELECT value FROM setting WHERE name = ?');
  const readPresets = database.prepare('SELECT id, name, recipe FROM preset ORDER BY position');

  function load<S extends v.GenericSchema>(
    name: string,
    schema: S,
    otherwise: v.InferOutput<S>,
  ): v.InferOutput<S> {
    const parsed = v.safeParse(schema, fromJson(read.get(name)?.['value']));
    return parsed.success ? parsed.output : otherwise;
  }

  function toPreset(row: Record<string, unknown>): Preset[] {
    const parsed = v.safeParse(presetSchema, {
      id: row['id'],
      name: row['name'],
      recipe: fromJson(row['recipe']),
      builtIn: false,
    });
    return parsed.success ? [parsed.output] : [];
  }

  return {
    load: () => ({
      settings: load('settings', settingsSchema, defaultSettings),
      recipe: load('recipe', recipeSchema, parseRecipe({})),
      presets: readPresets.all().flatMap(toPreset),
      pausedBatch: load('paused-batch', v.nullable(v.string()), null) ?? undefined,
    }),
    saveSettings(settings) {
      post(['saveSetting', 'settings', JSON.stringify(settings)]);
    },
    saveRecipe(recipe) {
      post(['saveSetting', 'recipe', JSON.stringify(recipe)]);
    },
    savePausedBatch(id) {
      post(['saveSetting', 'paused-batch', JSON.stringify(id ?? null)]);
    },
    savePreset({ id, name, recipe }) {
      post(['savePreset', id, name, JSON.stringify(recipe)]);
    },
    deletePreset(id) {
      post(['deletePreset', id]);
    },
  };
}
