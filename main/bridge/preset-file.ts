import { rename, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import * as v from 'valibot';
import { presetSchema, type Preset } from '../../contract/app-state.ts';
import { MillraceError } from '../../contract/errors.ts';
import { recipeSchema, type Recipe } from '../../contract/recipe.ts';
import { describeIssues } from '../../contract/validation.ts';
import { destinationError, sourceError } from '../files/file-errors.ts';
import { openFile } from '../files/open-file.ts';
import { anyRun, temporaryName } from '../files/temporary-name.ts';

const fileSchema = v.object({ name: presetSchema.entries.name, recipe: recipeSchema });

/** No recipe is longer; what is was never a preset. */
const maxBytes = 100_000;

/** @throws MillraceError `preset-invalid`, `source-*`, naming the file */
export async function readPresetFile(
  path: string,
): Promise<{ readonly name: string; readonly recipe: Recipe }> {
  const text = await readText(path);
  const parsed = v.safeParse(fileSchema, parseJson(text));
  if (parsed.success) return parsed.output;
  throw new MillraceError(
    'preset-invalid',
    `${basename(path)} is not a preset of Millrace. Choose a file that was exported here.`,
    { detail: describeIssues(parsed.issues) },
  );
}

/** Replaces what has this name: the person chose it in a dialog that asked. @throws MillraceError `destination-*` */
export async function writePresetFile(path: string, { name, recipe }: Preset): Promise<void> {
  const temporary = join(dirname(path), temporaryName(anyRun()));
  try {
    await writeFile(temporary, `${JSON.stringify({ name, recipe }, undefined, 2)}\n`, {
      flush: true,
      flag: 'wx',
    });
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw destinationError(error, path);
  }
}

async function readText(path: string): Promise<string | undefined> {
  try {
    await using file = await openFile(path);
    const { bytesRead, buffer } = await file.read({ buffer: Buffer.alloc(maxBytes + 1) });
    return bytesRead > maxBytes ? undefined : buffer.toString('utf8', 0, bytesRead);
  } catch (error) {
    throw sourceError(error, path);
  }
}

/** Undefined for what is no JSON, which no schema takes. */
function parseJson(text: string | undefined): unknown {
  try {
    return text === undefined ? undefined : JSON.parse(text);
  } catch {
    return undefined;
  }
}
