import type { Offer } from '../../contract/app-state.ts';

/** What was dropped or pasted, as offers to the batch, and what could not be one. */
export interface Offered {
  readonly offers: readonly Offer[];
  /** A line for the person; undefined when everything was taken. */
  readonly leftOut?: string;
}

/** A picture without a file that is larger than this is not worth carrying through messages, bytes. */
const maxPictureBytes = 200e6;

/** @param handlesFor the preload's: a handle for each file that has a path */
export async function offersFrom(
  data: DataTransfer,
  handlesFor: (files: File[]) => Promise<(string | undefined)[]>,
): Promise<Offered> {
  // Read at once: the data is gone after the event.
  const files = [...data.files];
  const links = linksIn(data.getData('text/uri-list'), data.getData('text/plain'));
  if (files.length === 0) {
    if (links.length > 0) return { offers: links.map((url) => ({ kind: 'link', url })) };
    return {
      offers: [],
      leftOut: 'That is no picture, folder or link. Drop files, or the address of a picture.',
    };
  }
  const handles = await handlesFor(files);
  const offers: Offer[] = [];
  const refused: string[] = [];
  for (const [index, file] of files.entries()) {
    const handle = handles[index];
    if (handle !== undefined) offers.push({ kind: 'handle', handle });
    else if (file.size > 0 && file.size <= maxPictureBytes) offers.push(await pictureOf(file));
    else refused.push(file.name);
  }
  if (refused.length === 0) return { offers };
  return {
    offers,
    leftOut: `Left out, because there is nothing to read: ${refused.slice(0, 5).join(', ')}.`,
  };
}

async function pictureOf(file: File): Promise<Offer> {
  return { kind: 'picture', name: file.name.slice(0, 255), bytes: new Uint8Array(await file.arrayBuffer()) };
}

/** `text/uri-list` is RFC 2483: one address a line, comments begin with #. */
function linksIn(uriList: string, text: string): string[] {
  const lines = (uriList === '' ? text : uriList).split(/\r?\n/).map((line) => line.trim());
  return lines.filter((line) => /^https?:\/\/\S+$/i.test(line) && line.length <= 8192);
}
