import * as v from 'valibot';
import { count } from './primitives.ts';

/** From the page to main: please send me a control port. */
export const requestControlPort = 'millrace:request-control-port';
/** From main to the preload, and on to the page: here it is (the port travels beside the message). */
export const controlPortChannel = 'millrace:control-port';
/** From the preload to main: paths of dropped files become handles that the page may name. */
export const registerFilesChannel = 'millrace:register-files';
/** From main to the preload, and on to the page: a port to one worker, with `previewPortSchema` beside it. */
export const previewPortChannel = 'millrace:preview-port';

/** What comes to the page beside a preview port. Ports of earlier generations of the slot are dead. */
export const previewPortSchema = v.object({
  channel: v.literal(previewPortChannel),
  slot: count,
  generation: count,
});

/** What comes to the worker beside its end of a preview port. Messages with a port are no part of its other conversation. */
export const workerPreviewPortSchema = v.object({
  ...previewPortSchema.entries,
  /** Which page is at the other end: rises with each page that main has met. */
  page: count,
});
export type WorkerPreviewPort = v.InferOutput<typeof workerPreviewPortSchema>;
