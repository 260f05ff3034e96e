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

/** What a person set and expects to find again. */
export interface Preferences {
  /** `presets` are the person's own. */
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
export function createPreferences(database: DatabaseSync): Preferences {
  const read = database.prepare('SELECT value FROM setting WHERE name = ?');
  const write = database.prepare(
    'INSERT INTO setting (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value',
  );
  const readPresets = database.prepare('SELECT id, name, recipe FROM preset ORDER BY position');
  const writePreset = database.prepare(
    `INSERT INTO preset (id, name, recipe, position)
     VALUES (?, ?, ?, (SELECT coalesce(max(position), 0) + 1 FROM preset))
     ON CONFLICT (id) DO UPDATE SET name = excluded.name, recipe = excluded.recipe`,
  );
  const removePreset = database.prepare('DELETE FROM preset WHERE id = ?');

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
      write.run('settings', JSON.stringify(settings));
    },
    saveRecipe(recipe) {
      write.run('recipe', JSON.stringify(recipe));
    },
    savePausedBatch(id) {
      write.run('paused-batch', JSON.stringify(id ?? null));
    },
    savePreset({ id, name, recipe }) {
      writePreset.run(id, name, JSON.stringify(recipe));
    },
    deletePreset(id) {
      removePreset.run(id);
    },
  };
}
