import type { Offer } from '../../contract/app-state.ts';
import { count } from './words.ts';

/** What was dropped or pasted. */
export interface Dropped {
  readonly files: ArrayLike<File>;
  readonly links: readonly string[];
}

export interface Receiver {
  /** The preload's: a handle for each file that has a path. */
  readonly handlesFor: (files: File[]) => Promise<(string | undefined)[]>;
  readonly add: (offers: Offer[]) => Promise<void>;
}

/** A picture without a file that is larger than this is not worth carrying through messages, bytes. */
const maxPictureBytes = 200e6;
/** Offers in one message, so that neither side has long to do with it. */
const maxOffers = 2000;
/** Names that are told of what was left out. */
const maxNames = 5;

/** Read at once: what was dropped is gone after the event. */
export function readDropped(data: DataTransfer): Dropped {
  return { files: data.files, links: linksIn(data.getData('text/uri-list'), data.getData('text/plain')) };
}

/**
 * Offers everything to the batch in the order it came, one message after the other. Whatever `add` throws ends it.
 *
 * @returns a line for the person about what could not be offered; undefined when everything was
 */
export async function offerAll({ files, links }: Dropped, receiver: Receiver): Promise<string | undefined> {
  if (files.length > 0) return offerFiles(files, receiver);
  if (links.length === 0)
    return 'That is no picture, folder or link. Drop files, or the address of a picture.';
  for (let from = 0; from < links.length; from += maxOffers) {
    await receiver.add(links.slice(from, from + maxOffers).map((url) => ({ kind: 'link', url })));
  }
  return undefined;
}

async function offerFiles(
  files: ArrayLike<File>,
  { handlesFor, add }: Receiver,
): Promise<string | undefined> {
  const refused: string[] = [];
  for (let from = 0; from < files.length; from += maxOffers) {
    const portion = Array.from({ length: Math.min(maxOffers, files.length - from) }, (_, index) => {
      const file = files[from + index];
      if (file === undefined) throw new RangeError('A list of files has gaps.');
      return file;
    });
    const handles = await handlesFor(portion);
    let offers: Offer[] = [];
    for (const [index, file] of portion.entries()) {
      const handle = handles[index];
      if (handle !== undefined) offers.push({ kind: 'handle', handle });
      else if (file.size === 0 || file.size > maxPictureBytes) refused.push(file.name);
      else {
        // What stands before it, and then it alone: pictures are large.
        if (offers.length > 0) await add(offers);
        await add([await pictureOf(file)]);
        offers = [];
      }
    }
    if (offers.length > 0) await add(offers);
  }
  if (refused.length === 0) return undefined;
  const more = refused.length > maxNames ? ` and ${count(refused.length - maxNames)} more` : '';
  return `Left out, because there is nothing to read: ${refused.slice(0, maxNames).join(', ')}${more}.`;
}

async function pictureOf(file: File): Promise<Offer> {
  return { kind: 'picture', name: file.name.slice(0, 255), bytes: new Uint8Array(await file.arrayBuffer()) };
}

/** `text/uri-list` is RFC 2483: one address a line, comments begin with #. */
function linksIn(uriList: string, text: string): string[] {
  const lines = (uriList === '' ? text : uriList).split(/\r?\n/).map((line) => line.trim());
  return lines.filter((line) => /^https?:\/\/\S+$/i.test(line) && line.length <= 8192);
}
