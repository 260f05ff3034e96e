import * as v from 'valibot';
import type { JobOutput } from '../../contract/batch.ts';
import { outputFormats } from '../../contract/formats.ts';
import { fromJson } from './from-json.ts';

const outputSchema = v.object({
  path: v.string(),
  format: v.picklist(outputFormats),
  bytes: v.number(),
  keptOriginal: v.boolean(),
  kept: v.optional(v.string()),
  backup: v.optional(v.string()),
  score: v.optional(v.number()),
});

/** What a job made, as the journal has it; undefined when it is none of what we write. */
export function outputIn(text: unknown): JobOutput | undefined {
  const parsed = v.safeParse(outputSchema, fromJson(text));
  if (!parsed.success) return undefined;
  const { score, backup, kept, ...rest } = parsed.output;
  return {
    ...rest,
    ...(score === undefined ? {} : { score }),
    ...(backup === undefined ? {} : { backup }),
    ...(kept === undefined ? {} : { kept }),
  };
}
