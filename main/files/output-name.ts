import { join, parse } from 'node:path';
import type { Source } from '../../contract/batch.ts';
import { formatTraits, type OutputFormat } from '../../contract/formats.ts';
import type { OutputPlace } from '../../contract/recipe.ts';
import { pathBelow } from './path-below.ts';

/** Bytes that every file system in use takes for one name. */
const maxNameBytes = 255;

export interface OutputName {
  readonly folder: string;
  readonly stem: string;
  /** Suffix of the recipe, or nothing. */
  readonly suffix: string;
  /** With its dot. */
  readonly extension: string;
}

/**
 * Where the output of a source belongs, before anyone has looked whether the name is free.
 *
 * @param stem the source's own name without folder and extension
 * @param workingFolder where outputs of links go that belong beside their source
 */
export function outputName(
  source: Source,
  stem: string,
  format: OutputFormat,
  place: Exclude<OutputPlace, { place: 'in-place' }>,
  workingFolder: string,
): OutputName {
  const extension = `.${formatTraits[format].extensions[0]}`;
  if (place.place === 'folder')
    return { folder: join(place.folder, treeOf(source)), stem, suffix: '', extension };
  const folder = source.kind === 'file' ? parse(source.path).dir : workingFolder;
  return { folder, stem, suffix: place.suffix, extension };
}

/**
 * The path of a name, with a number from 2 on. A stem that is too long is cut between characters, so that suffix,
 * number and extension stay whole.
 */
export function numbered({ folder, stem, suffix, extension }: OutputName, number: number): string {
  const end = `${suffix}${number === 1 ? '' : ` (${String(number)})`}${extension}`;
  return join(folder, `${cut(stem, maxNameBytes - Buffer.byteLength(end))}${end}`);
}

/** A file's name that every disk takes, its extension kept whole. */
export function cutName(name: string): string {
  const { name: stem, ext } = parse(name);
  return `${cut(stem, maxNameBytes - Buffer.byteLength(ext))}${ext}`;
}

/** The folders between the dropped folder and the file. */
function treeOf(source: Source): string {
  if (source.kind === 'link' || source.root === undefined) return '';
  return pathBelow(source.root, parse(source.path).dir) ?? '';
}

function cut(text: string, bytes: number): string {
  if (Buffer.byteLength(text) <= bytes) return text;
  // Made for the rare name that needs it: that takes 20 ms.
  const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' });
  let kept = '';
  let length = 0;
  for (const { segment } of graphemes.segment(text)) {
    length += Buffer.byteLength(segment);
    if (length > bytes) break;
    kept += segment;
  }
  // One letter may carry hundreds of accents.
  return kept.trimEnd() || 'image';
}
