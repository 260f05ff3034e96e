import { randomUUID } from 'node:crypto';
import * as v from 'valibot';
import { presetSchema, type Preset } from '../../contract/app-state.ts';
import { MillraceError } from '../../contract/errors.ts';
import { parseRecipe, type OutputPlace, type Recipe, type RecipeInput } from '../../contract/recipe.ts';
import type { Preferences } from '../store/preferences.ts';

/** Recipes by name: those that come with Millrace, whose outputs go where the settings say, and a person's own. */
export interface Presets {
  list(): Preset[];
  /** @throws MillraceError `no-such-thing` */
  get(id: string): Preset;
  /** @throws MillraceError `preset-invalid` for a name that is none or taken */
  save(name: string, recipe: Recipe): Preset;
  /** The name, or the name with a number where it is taken. */
  freeName(name: string): string;
  rename(id: string, name: string): void;
  delete(id: string): void;
}

/**
 * @param place where the outputs of those that come with Millrace go at present
 * @param newId gives a number to each new preset
 */
export function createPresets(
  own: readonly Preset[],
  store: Pick<Preferences, 'savePreset' | 'deletePreset'>,
  place: () => OutputPlace,
  newId: () => string = randomUUID,
): Presets {
  const all = new Map([...builtInPresets, ...own].map((preset) => [preset.id, preset]));

  function get(id: string): Preset {
    const preset = all.get(id);
    if (preset === undefined) throw new MillraceError('no-such-thing', 'That preset is not there any more.');
    return placed(preset);
  }

  function placed(preset: Preset): Preset {
    return preset.builtIn ? { ...preset, recipe: { ...preset.recipe, output: place() } } : preset;
  }

  function ownOne(id: string): Preset {
    const preset = get(id);
    if (!preset.builtIn) return preset;
    throw new MillraceError('preset-invalid', `“${preset.name}” comes with Millrace and stays as it is.`);
  }

  /** @param but the preset that is renamed, which may keep its own name */
  function checkedName(name: string, but?: string): string {
    const checked = v.safeParse(presetSchema.entries.name, name);
    if (!checked.success) {
      throw new MillraceError('preset-invalid', 'Give the preset a name of 1 to 80 characters.');
    }
    const wanted = checked.output.toLowerCase();
    for (const other of all.values()) {
      if (other.id === but || other.name.toLowerCase() !== wanted) continue;
      throw new MillraceError('preset-invalid', `There is a preset called “${other.name}” already.`);
    }
    return checked.output;
  }

  function keep(preset: Preset): Preset {
    store.savePreset(preset);
    all.set(preset.id, preset);
    return preset;
  }

  return {
    list: () => [...all.values()].map(placed),
    get,
    save: (name, recipe) => keep({ id: newId(), name: checkedName(name), recipe, builtIn: false }),
    freeName(name) {
      const taken = new Set([...all.values()].map((preset) => preset.name.toLowerCase()));
      for (let number = 1; ; number += 1) {
        const free = number === 1 ? name : `${name.slice(0, 72)} (${String(number)})`;
        if (!taken.has(free.toLowerCase())) return free;
      }
    },
    rename(id, name) {
      keep({ ...ownOne(id), name: checkedName(name, id) });
    },
    delete(id) {
      ownOne(id);
      store.deletePreset(id);
      all.delete(id);
    },
  };
}

const builtInPresets: readonly Preset[] = [
  builtIn('same-look', 'Same look', { quality: 'auto' }),
  builtIn('web', 'Web', {
    to: 'webp',
    quality: 'auto',
    resize: { longestEdge: 2560 },
    colour: 'srgb',
    metadata: 'copyright',
    gps: 'strip',
  }),
  builtIn('e-mail', 'E-mail', {
    to: 'jpeg',
    quality: 'auto:good',
    resize: { longestEdge: 1600 },
    colour: 'srgb',
    metadata: 'copyright',
    gps: 'strip',
  }),
  builtIn('archive', 'Archive without loss', { lossless: true }),
  builtIn('smallest', 'Smallest', { to: 'best', quality: 'auto:small', effort: 'smallest' }),
  builtIn('phone', 'Phone photos to JPEG', { to: 'jpeg', quality: 'auto' }),
];

function builtIn(id: string, name: string, recipe: RecipeInput): Preset {
  return { id: `millrace:${id}`, name, recipe: parseRecipe(recipe), builtIn: true };
}
