import { defaultSettings, type Preset } from '../../contract/app-state.ts';
import { parseRecipe } from '../../contract/recipe.ts';
import type { Preferences } from '../store/preferences.ts';

/** Remembers until the app ends. */
export function preferencesInMemory(): Preferences {
  let settings = defaultSettings;
  let recipe = parseRecipe({ quality: 'auto' });
  let pausedBatch: string | undefined;
  const presets = new Map<string, Preset>();
  return {
    load: () => ({ settings, recipe, presets: [...presets.values()], pausedBatch }),
    saveSettings(next) {
      settings = next;
    },
    saveRecipe(next) {
      recipe = next;
    },
    savePausedBatch(id) {
      pausedBatch = id;
    },
    savePreset(preset) {
      presets.set(preset.id, preset);
    },
    deletePreset(id) {
      presets.delete(id);
    },
  };
}
