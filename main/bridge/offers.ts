import type { Offer } from '../../contract/app-state.ts';
import type { Intake } from '../../contract/batch.ts';
import { MillraceError, toWireError } from '../../contract/errors.ts';
import type { Recipe } from '../../contract/recipe.ts';
import type { HandleTable } from '../app/handles.ts';
import { takeIn } from '../files/intake.ts';
import type { DroppedPictures } from './dropped-pictures.ts';

/** What a page offered, with paths in place of handles. */
export interface KnownOffers {
  readonly paths: readonly string[];
  readonly links: readonly string[];
  readonly pictures: readonly { readonly name: string; readonly bytes: Uint8Array }[];
}

/** @throws MillraceError `source-not-found` when one of the handles was never given out: then nothing is taken in */
export function resolveOffers(offers: readonly Offer[], handles: Pick<HandleTable, 'resolve'>): KnownOffers {
  const known = { paths: [] as string[], links: [] as string[], pictures: [] as Picture[] };
  for (const offer of offers) {
    if (offer.kind === 'link') known.links.push(offer.url);
    else if (offer.kind === 'picture') known.pictures.push({ name: offer.name, bytes: offer.bytes });
    else {
      const path = handles.resolve(offer.handle);
      if (path === undefined) {
        throw new MillraceError('source-not-found', 'What was dropped is not known any more. Drop it again.');
      }
      known.paths.push(path);
    }
  }
  return known;
}

type Picture = KnownOffers['pictures'][number];

/** The sources in them, one by one. */
export async function* takeInOffers(
  { paths, links, pictures }: KnownOffers,
  recipe: Recipe,
  dropped: DroppedPictures,
): AsyncGenerator<Intake, void, undefined> {
  for (const picture of pictures) yield await keep(picture, dropped);
  yield* takeIn({ paths, links }, recipe);
}

async function keep({ name, bytes }: Picture, dropped: DroppedPictures): Promise<Intake> {
  try {
    return { kind: 'source', source: { kind: 'file', path: await dropped.keep(name, bytes) } };
  } catch (error) {
    return { kind: 'failed', source: { kind: 'file', path: name }, error: toWireError(error) };
  }
}
