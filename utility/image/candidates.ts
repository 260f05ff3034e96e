import { formatTraits, possibleOutputFormats, type OutputFormat } from '../../contract/formats.ts';
import type { Recipe } from '../../contract/recipe.ts';
import { changesGeometry } from './geometry.ts';
import { countedFrames, losesFrames, type Header } from './header.ts';
import { applyPolicy } from './metadata/policy.ts';
import { keepsCoefficients } from './prepare.ts';
import { formatsThatHold } from './quality-search/best-format.ts';
import { checkFramesStay, losslessRefused } from './refusals.ts';

/** What the output of a source may be. */
export interface Candidates {
  /** Formats to encode to, of which the smallest file is taken. */
  readonly formats: readonly OutputFormat[];
  /** The source's format where its own bytes may be the output as well: it is allowed, and only fewer bytes were asked. */
  readonly own?: OutputFormat;
  /** Why its own bytes are all that will do, where they are. */
  readonly untouched?: string;
}

/** @throws MillraceError `lossless-refused`, `animation-refused` */
export function findCandidates(header: Header, name: string, recipe: Recipe): Candidates {
  const allowed = possibleOutputFormats(recipe, header.format);
  const formats = recipe.to === 'best' ? formatsThatHold(header, recipe) : allowed;
  const own = allowed.find((to) => to === header.format && onlyFewerBytesWereAsked(header, to, recipe));
  const untouched = own === undefined ? undefined : whyUntouched(header, own, formats, recipe);
  if (own !== undefined && untouched !== undefined) return { formats: [own], own, untouched };
  for (const to of formats) {
    if (losesAnyway(header, to, recipe)) throw losslessRefused(name, to);
    checkFramesStay(header, name, recipe, to);
  }
  return { formats, ...(own === undefined ? {} : { own }) };
}

function whyUntouched(
  header: Header,
  own: OutputFormat,
  formats: readonly OutputFormat[],
  recipe: Recipe,
): string | undefined {
  const { label } = formatTraits[own];
  if (formats.every((to) => losesFrames(header, to)))
    return `it has ${countedFrames(header)}, and Millrace writes ${label} with one`;
  if (formats.every((to) => losesAnyway(header, to, recipe))) return `${label} is not written without a loss`;
  return undefined;
}

/** Without a loss to a format that always loses. */
function losesAnyway(header: Header, to: OutputFormat, recipe: Recipe): boolean {
  return recipe.lossless && !formatTraits[to].lossless && !keepsCoefficients(header, to, recipe);
}

/** The recipe asked for no change of this very picture but fewer bytes. */
function onlyFewerBytesWereAsked(header: Header, own: OutputFormat, recipe: Recipe): boolean {
  if (changesGeometry(header, recipe)) return false;
  if (recipe.colour === 'srgb' && header.colour !== 'sRGB' && header.profile !== undefined) return false;
  if (recipe.metadata === 'keep' && recipe.gps === 'keep') return true;
  const { metadata, width, height } = header;
  const { fidelity } = applyPolicy(metadata, recipe, { format: own, width, height });
  return fidelity.every(({ fate }) => fate === 'kept');
}
