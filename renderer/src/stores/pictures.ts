import { defineStore } from 'pinia';
import type { ControlProtocol } from '../../../contract/control-protocol.ts';
import type { Params } from '../../../contract/protocol.ts';
import type { Picture } from '../bridge.ts';
import { useApp } from './app.ts';

/** A picture the page can show. `url` is good until `release`. */
export interface Shown {
  readonly url: string;
  readonly width: number;
  readonly height: number;
}

/** What became of asking for a picture. */
export interface Answer {
  /** Undefined when there is none to show. The caller releases it. */
  readonly shown: Shown | undefined;
  /** Why there is none, or what a person should know of it. */
  readonly note: string | undefined;
}

type Which = Params<ControlProtocol, 'preview'>['which'];

/** Thumbnails kept for rows that may come back into view. */
const maxThumbnails = 400;
/** Main may have sent the picture a moment before the worker's own message is here, milliseconds. */
const patienceMs = 10_000;

/** Pictures to look at: asked of main, received from the workers. */
export const usePictures = defineStore('pictures', () => {
  const app = useApp();
  const awaited = new Map<number, (picture: Picture) => void>();
  const thumbnails = new Map<string, Promise<Shown | undefined>>();
  let nextToken = 1;

  app.onPicture((picture) => {
    awaited.get(picture.token)?.(picture);
  });

  async function ask(id: number, which: Which, maxEdge?: number, signal?: AbortSignal): Promise<Answer> {
    const token = nextToken++;
    const arrived = Promise.withResolvers<Picture | undefined>();
    awaited.set(token, arrived.resolve);
    try {
      const { outcome, note } = await app.call(
        'preview',
        { token, id, which, ...(maxEdge === undefined ? {} : { maxEdge }) },
        signal,
      );
      if (outcome === 'unavailable') return { shown: undefined, note };
      const late = setTimeout(() => {
        arrived.resolve(undefined);
      }, patienceMs);
      const picture = await arrived.promise;
      clearTimeout(late);
      return { shown: picture === undefined ? undefined : show(picture), note };
    } finally {
      awaited.delete(token);
    }
  }

  /** A small picture of a source; kept for a while and released by itself. */
  function thumbnail(id: number, edge: number): Promise<Shown | undefined> {
    const batch = app.batch?.id ?? 0;
    const key = `${String(batch)}/${String(id)}`;
    const known = thumbnails.get(key);
    if (known !== undefined) {
      // Used again: it leaves last.
      thumbnails.delete(key);
      thumbnails.set(key, known);
      return known;
    }
    const asked = ask(id, 'source', edge).then(
      ({ shown }) => shown,
      // A picture that cannot be shown has its reason in the list.
      () => undefined,
    );
    thumbnails.set(key, asked);
    void asked.then((shown) => {
      // A link may arrive, a file may be put right: asked again when there is a reason to.
      if (shown === undefined && thumbnails.get(key) === asked) thumbnails.delete(key);
    });
    if (thumbnails.size > maxThumbnails) forgetOldest();
    return asked;
  }

  function forgetOldest(): void {
    const [oldest] = thumbnails;
    if (oldest === undefined) return;
    thumbnails.delete(oldest[0]);
    void oldest[1].then(release);
  }

  function release(shown: Shown | undefined): void {
    if (shown !== undefined) URL.revokeObjectURL(shown.url);
  }

  return { ask, thumbnail, release };
});

function show({ bytes, mime, width, height }: Picture): Shown {
  return { url: URL.createObjectURL(new Blob([new Uint8Array(bytes)], { type: mime })), width, height };
}
