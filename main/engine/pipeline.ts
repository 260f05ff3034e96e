import { sourceName, type JobOutput, type Source } from '../../contract/batch.ts';
import { asMillraceError, MillraceError } from '../../contract/errors.ts';
import { possibleOutputFormats, type InputFormat, type OutputFormat } from '../../contract/formats.ts';
import { giveBack } from '../../contract/give-back.ts';
import type { Recipe } from '../../contract/recipe.ts';
import type { Report } from '../../contract/report.ts';
import type { ConvertResult } from '../../contract/worker-protocol.ts';
import { estimateCost, estimateMemory, mostPixels, type Cost } from './cost.ts';
import { judgeAttempt } from './retry.ts';
import type { BatchJournal, CommitRecord } from './journal.ts';
import { traitsFor, withAttributes } from './traits.ts';
import type { Reservation, SourceHead, World } from './world.ts';

/** A job whose header is known and whose output has a name: all that is needed to decide when it runs. */
export interface PreparedJob {
  readonly head: SourceHead;
  readonly from: InputFormat;
  /** The formats that the output may get: one, unless the best is looked for. */
  readonly formats: readonly OutputFormat[];
  readonly cost: Cost;
  readonly memory: number;
  readonly reservation: Reservation;
}

/** What reading the header led to. */
export type Preparation =
  | { readonly kind: 'ready'; readonly prepared: PreparedJob }
  /** There is nothing to do, and nothing is reserved. */
  | { readonly kind: 'needless'; readonly reason: string };

export interface PrepareOptions {
  readonly journal: BatchJournal;
  /** Do it even if it has been done. */
  readonly insist: boolean;
}

/**
 * Reads a source's header and reserves a name for its output.
 *
 * @param turn settles when the sources before this one have their names, so that names depend on the order of intake
 *   and not on which disk answered first
 * @throws MillraceError that names the source
 */
export async function prepareJob(
  source: Source,
  recipe: Recipe,
  world: World,
  turn: Promise<void>,
  { journal, insist }: PrepareOptions,
  signal: AbortSignal,
): Promise<Preparation> {
  try {
    const head = await world.sources.head(source, signal);
    const { format } = head;
    if (format === undefined) {
      const name = sourceName(source);
      throw new MillraceError(
        'not-an-image',
        `${name} is not an image Millrace can read: its content is none of the formats it knows. Remove it from the batch.`,
      );
    }
    const { identity } = head;
    const done = identity === undefined || insist ? undefined : await journal.alreadyDone(source, identity);
    await turn;
    signal.throwIfAborted();
    if (done !== undefined) return needless(source, world, done);
    const formats = possibleOutputFormats(recipe, format);
    const reservation = await world.outputs.reserve(source, head, formats, recipe.output);
    if (signal.aborted) world.outputs.release(reservation);
    signal.throwIfAborted();
    if (reservation.skip) return needless(source, world, `${reservation.path} is already there.`);
    return {
      kind: 'ready',
      prepared: {
        head,
        from: format,
        formats,
        cost: estimateCost(head, format, formats, recipe),
        memory: estimateMemory(head, formats, recipe),
        reservation,
      },
    };
  } catch (error) {
    world.sources.release(source);
    throw error;
  }
}

function needless(source: Source, world: World, reason: string): Preparation {
  world.sources.release(source);
  return { kind: 'needless', reason };
}

/** What a job tells while it runs. */
export interface JobHooks {
  /** A worker has it. */
  started(attempt: number): void;
  /** An attempt failed and there will be another. */
  retried(error: MillraceError): void;
  /** Fires when the attempt must give way before it has started. */
  readonly postponed: AbortSignal;
  readonly record: CommitRecord;
}

export interface FinishedJob {
  readonly output: JobOutput;
  readonly report: Report;
  /** Wall time on the worker of the attempt that succeeded. */
  readonly workerMs: number;
}

/**
 * Bytes in, attempts on workers, output committed. The caller owns the source and the reservation and releases them; the
 * memory of the output, and of a file that was read here, is given back.
 *
 * @throws MillraceError that names the source, or `workers-cannot-start`, which is about no source
 */
export async function runJob(
  source: Source,
  prepared: PreparedJob,
  recipe: Recipe,
  world: World,
  hooks: JobHooks,
  signal: AbortSignal,
): Promise<FinishedJob> {
  const bytes = await world.sources.read(source, signal);
  const { result, workerMs } = await attempt(source, prepared, recipe, world, hooks, signal, bytes);
  const { report, sha256, sourceSha256 } = result;
  const written = result.bytes ?? bytes;
  const { format } = report.output;
  const keptOriginal = report.outcome === 'kept-original';
  const { attributes, ...committed } = await world.outputs.commit(
    prepared.reservation,
    {
      bytes: written,
      sha256,
      format,
      keptOriginal,
      ...(sourceSha256 === undefined ? {} : { sourceSha256 }),
    },
    {
      ...traitsFor(source, prepared.head, recipe),
      signal,
      record: hooks.record,
      sourceUnchanged: () => world.sources.unchanged(source),
    },
  );
  const length = written.byteLength;
  // Those of a link are its download's. The worker has answered, so nothing is on its way to it any more.
  if (source.kind === 'file') giveBack(bytes);
  if (result.bytes !== undefined) giveBack(result.bytes);
  return {
    output: {
      ...committed,
      format,
      bytes: length,
      keptOriginal,
      ...(report.kept === undefined ? {} : { kept: report.kept }),
      ...(report.score === undefined ? {} : { score: report.score.value }),
    },
    report: withAttributes(report, attributes),
    workerMs,
  };
}

async function attempt(
  source: Source,
  prepared: PreparedJob,
  recipe: Recipe,
  world: World,
  hooks: JobHooks,
  signal: AbortSignal,
  bytes: Uint8Array,
): Promise<{ result: ConvertResult; workerMs: number }> {
  const name = sourceName(source);
  const eitherSignal = AbortSignal.any([signal, hooks.postponed]);
  for (let attempts = 1; ; attempts += 1) {
    let startedAt = 0;
    try {
      const result = await world.workers.run(
        { name, bytes, recipe },
        {
          signal: eitherSignal,
          pixels: mostPixels(prepared.head, prepared.formats, recipe),
          formats: prepared.formats,
          onStarted: () => {
            startedAt = world.clock.now();
            hooks.started(attempts);
          },
        },
      );
      return { result, workerMs: world.clock.now() - startedAt };
    } catch (error) {
      const failure = asMillraceError(error);
      const verdict = judgeAttempt(failure, attempts, name);
      if (verdict.kind !== 'retry') throw verdict.error;
      hooks.retried(failure);
    }
  }
}
