import { parse as parseDisposition } from 'content-disposition';
import filenamify from 'filenamify';
import { parse } from 'node:path';
import { imageExtensions } from '../../contract/formats.ts';

const fallback = 'image';
const maxLength = 100;

/**
 * A name for a downloaded picture, without extension, that is safe on every system: what the server calls it, else the
 * last part of the address.
 */
export function linkName(url: URL, disposition: string | undefined): string {
  const name = suggested(disposition) ?? lastPart(url);
  // A server may suggest a path; only its last part is a name.
  const base = name.split(/[\\/]/).at(-1) ?? '';
  const { name: stem, ext } = parse(base);
  const bare = imageExtensions.has(ext.slice(1).toLowerCase()) ? stem : base;
  // Nothing but dots is a way through folders, not a name.
  if (/^\.*$/.test(bare)) return fallback;
  const safe = filenamify(bare, { replacement: '_', maxLength }).replace(/^\.+|[. ]+$/g, '');
  return safe === '' ? fallback : safe;
}

function suggested(disposition: string | undefined): string | undefined {
  if (disposition === undefined) return undefined;
  try {
    const { filename } = parseDisposition(disposition).parameters;
    return filename === undefined || filename === '' ? undefined : filename;
  } catch {
    // Servers write all kinds of things here; the address will do.
    return undefined;
  }
}

function lastPart(url: URL): string {
  const part = url.pathname.split('/').findLast((segment) => segment !== '') ?? '';
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
