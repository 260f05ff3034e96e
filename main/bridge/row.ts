import { basename, dirname, join, relative } from 'node:path';
import type { Row } from '../../contract/app-state.ts';
import type { Job, Source } from '../../contract/batch.ts';

/**
 * A job as the page lists it. Made when it is asked for and kept nowhere, so that a row costs nothing beside its job.
 *
 * @param downloaded share of a link that has arrived, while it is downloaded
 */
export function rowOf(job: Job, downloaded?: number): Row {
  const { id, state, bytes, format, pixels, output } = job;
  const reason = reasonOf(job);
  return {
    id,
    ...placeOf(job.source),
    state,
    ...(bytes === undefined ? {} : { bytes }),
    ...(format === undefined ? {} : { format }),
    ...(pixels === undefined ? {} : { pixels }),
    ...(output === undefined || state !== 'done'
      ? {}
      : {
          output: {
            name: basename(output.path),
            format: output.format,
            bytes: output.bytes,
            keptOriginal: output.keptOriginal,
            ...(output.score === undefined ? {} : { score: output.score }),
          },
        }),
    ...(reason === undefined ? {} : { reason }),
    ...(downloaded === undefined || bytes !== undefined ? {} : { downloaded }),
  };
}

/** Why it failed, was left as it is or was kept, as a sentence. */
function reasonOf({ state, error, output, reason }: Job): string | undefined {
  if (state === 'failed') return error?.message;
  const kept = state === 'done' ? output?.kept : undefined;
  return kept === undefined ? reason : `${kept.charAt(0).toUpperCase()}${kept.slice(1)}.`;
}

/** Name and folder as a person would say them; no more of the path than that. */
function placeOf(source: Source): { name: string; folder: string } {
  if (source.kind === 'link') return placeOfLink(source.url);
  const { path, root } = source;
  const folder = dirname(path);
  if (root === undefined || root === path) return { name: basename(path), folder: basename(folder) };
  return { name: basename(path), folder: join(basename(root), relative(root, folder)) };
}

function placeOfLink(address: string): { name: string; folder: string } {
  const url = URL.parse(address);
  if (url === null) return { name: address.slice(0, 200), folder: '' };
  const last = url.pathname.split('/').findLast((part) => part !== '');
  return { name: last === undefined ? url.host : decodeName(last), folder: url.host };
}

function decodeName(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    // Half an escape is still the best name there is.
    return part;
  }
}
