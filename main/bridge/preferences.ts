import { defaultSettings, type Preset, type Settings } from '../../contract/app-state.ts';
import { parseRecipe, type Recipe } from '../../contract/recipe.ts';

/** What a person set and expects to find again. */
export interface Preferences {
  /** `presets` are the person's own. */
  load(): { readonly settings: Settings; readonly recipe: Recipe; readonly presets: readonly Preset[] };
  saveSettings(settings: Settings): void;
  saveRecipe(recipe: Recipe): void;
  /** New, or another name for one that is there. */
  savePreset(preset: Preset): void;
  deletePreset(id: string): void;
}

/** Remembers until the app ends. */
export function preferencesInMemory(): Preferences {
  let settings = defaultSettings;
  let recipe = parseRecipe({ quality: 'auto' });
  const presets = new Map<string, Preset>();
  return {
    load: () => ({ settings, recipe, presets: [...presets.values()] }),
    saveSettings(next) {
      settings = next;
    },
    saveRecipe(next) {
      recipe = next;
    },
    savePreset(preset) {
      presets.set(preset.id, preset);
    },
    deletePreset(id) {
      presets.delete(id);
    },
  };
}
