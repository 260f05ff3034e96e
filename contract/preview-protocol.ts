import * as v from 'valibot';
import { bytes } from './primitives.ts';
import { defineProtocol } from './protocol.ts';

/**
 * A worker (server) to a page (client), directly: pictures to look at never pass through main. The page asks main
 * (`preview` of the control protocol), main hands the bytes to a worker, and the worker sends what it made here.
 */
export const previewProtocol = defineProtocol({
  hello: v.object({ slot: v.number(), generation: v.number() }),
  requests: {},
  events: {
    picture: v.object({
      /** The page's own number for what it asked. */
      token: v.pipe(v.number(), v.safeInteger()),
      /** A file a browser can show (PNG, JPEG, WebP, AVIF, GIF or SVG), with its colour profile. */
      bytes,
      mime: v.string(),
      /** Pixels of the whole picture as a person sees it, also when this is a smaller one. */
      width: v.pipe(v.number(), v.safeInteger()),
      height: v.pipe(v.number(), v.safeInteger()),
    }),
  },
});

export type PreviewProtocol = typeof previewProtocol;
