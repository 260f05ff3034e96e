import * as v from 'valibot';
import { bytes, count, sha256 } from './primitives.ts';
import { defineProtocol } from './protocol.ts';
import { recipeSchema } from './recipe.ts';
import { reportSchema } from './report.ts';

/** The stages of a job in a worker, in order. */
export const stages = ['decode', 'transform', 'encode', 'verify'] as const;

/** Main (client) to worker (server). A worker is a pure function: bytes and a recipe in, bytes and a report out. */
export const workerProtocol = defineProtocol({
  hello: v.object({
    pid: v.pipe(v.number(), v.safeInteger()),
    codecs: v.picklist(['native', 'wasm']),
    /** Versions of the libraries inside, for the log. */
    versions: v.record(v.string(), v.string()),
  }),
  requests: {
    convert: {
      params: v.object({
        /** For messages only; the format is judged by content. */
        name: v.string(),
        bytes,
        recipe: recipeSchema,
      }),
      result: v.object({
        /** Absent when the source's own bytes are the output (`report.outcome` is `kept-original`). */
        bytes: v.optional(bytes),
        /** Of the output's bytes: what is on the disk later must be what was verified here. */
        sha256,
        /** Of the source's bytes, where the output takes its place: its backup must be what was converted. */
        sourceSha256: v.optional(sha256),
        report: reportSchema,
      }),
      progress: v.object({ stage: v.picklist(stages) }),
    },
    /** A picture to look at, sent to a page over its own port to this worker. */
    preview: {
      params: v.object({
        /** Which page, as `previewPortSchema` named it when its port was handed over. */
        page: count,
        /** The page's own number for what it asked. */
        token: count,
        name: v.string(),
        bytes,
        /** Longest edge in pixels; absent for every pixel as it is. */
        maxEdge: v.optional(v.pipe(count, v.minValue(1))),
      }),
      result: v.object({
        /** `unavailable`: the page has no port here any more. */
        outcome: v.picklist(['sent', 'unavailable']),
        /** Resident memory after it, bytes. */
        rss: count,
      }),
      progress: v.never(),
    },
  },
  events: {},
});

export type WorkerProtocol = typeof workerProtocol;
export type ConvertParams = v.InferOutput<(typeof workerProtocol)['requests']['convert']['params']>;
export type ConvertResult = v.InferOutput<(typeof workerProtocol)['requests']['convert']['result']>;
/** What comes out of a conversion, before it is sealed for its way to the disk. */
export type Converted = Pick<ConvertResult, 'bytes' | 'report'>;
export type PreviewParams = v.InferOutput<(typeof workerProtocol)['requests']['preview']['params']>;
export type PreviewResult = v.InferOutput<(typeof workerProtocol)['requests']['preview']['result']>;
export type WorkerHello = v.InferOutput<(typeof workerProtocol)['hello']>;
export type Stage = (typeof stages)[number];
