import * as v from 'valibot';
import { inputFormats, outputFormats } from './formats.ts';
import { count, milliseconds } from './primitives.ts';

/** Dimensions are pixels as a person sees them: after orientation, of one frame. */
const pictureFields = {
  bytes: count,
  width: count,
  height: count,
  frames: count,
  /** Bits per channel. */
  bitDepth: count,
  transparency: v.boolean(),
  /** What the numbers mean: `sRGB`, `Display P3`, `CMYK`, `grey`, ... */
  colour: v.string(),
};

/** What can be lost without anyone noticing. The report speaks of each that the source had. */
export const aspects = [
  'orientation',
  'profile',
  'transparency',
  'frames',
  'bit-depth',
  'exif',
  'gps',
  'xmp',
  'iptc',
  'comments',
  'gain-map',
  'vectors',
  'attributes',
] as const;

export const fidelitySchema = v.object({
  aspect: v.picklist(aspects),
  fate: v.picklist(['kept', 'converted', 'dropped']),
  /** Why, in words: `JPEG has no transparency; the background #ffffff stands behind it`. */
  note: v.string(),
});

/** The encoder's own scale; of JPEG XL also what lies between two whole numbers. */
const quality = v.pipe(v.number(), v.minValue(1), v.maxValue(100));

/** What a worker did to one source. */
export const reportSchema = v.object({
  /** `kept-original`: nothing smaller came out, so the output has the source's own bytes. */
  outcome: v.picklist(['converted', 'kept-original']),
  /** Why the source's own bytes are the output, where they are. */
  kept: v.optional(v.string()),
  source: v.object({ format: v.picklist(inputFormats), ...pictureFields }),
  output: v.object({ format: v.picklist(outputFormats), ...pictureFields }),
  fidelity: v.array(fidelitySchema),
  /** The encoder and what it was told. */
  settings: v.object({
    encoder: v.string(),
    quality: v.optional(quality),
    lossless: v.boolean(),
    effort: v.picklist(['fast', 'balanced', 'smallest']),
    options: v.record(v.string(), v.union([v.string(), v.number(), v.boolean()])),
  }),
  /** How the output looks beside the source it was made from (after resizing and turning), by SSIMULACRA2. */
  score: v.optional(
    v.object({
      value: v.number(),
      /** What was asked for; absent where only `maxBytes` was. */
      target: v.optional(v.number()),
      /**
       * Qualities that were tried on the whole picture, in order; the last one made the output, with the options that
       * `settings` tells. The same quality may come twice, with other options. None where the output loses nothing.
       */
      tried: v.array(v.object({ quality, bytes: count, score: v.number() })),
      /** Whole-picture encodes' worth of work, with those of the montage counted by their share of pixels. */
      encodes: v.number(),
      /** Why it is not what was asked for, where it is not. */
      note: v.optional(v.string()),
    }),
  ),
  /** Why no score was searched for, where the recipe asked for one. */
  unscored: v.optional(v.string()),
  /** Wall time of each stage in the worker. */
  timings: v.object({
    decode: milliseconds,
    transform: milliseconds,
    encode: milliseconds,
    verify: milliseconds,
    total: milliseconds,
  }),
  worker: v.object({
    pid: count,
    codecs: v.picklist(['native', 'wasm']),
    /** CPU time of all threads of the worker during the job. */
    cpu: milliseconds,
    /** Resident memory after the job, bytes. */
    rss: count,
  }),
});

export type Report = v.InferOutput<typeof reportSchema>;
export type Picture = Report['source'];
export type Fidelity = v.InferOutput<typeof fidelitySchema>;
export type Aspect = (typeof aspects)[number];
