import { sourceName, type Job, type Source } from '../../contract/batch.ts';
import type { ControlProtocol } from '../../contract/control-protocol.ts';
import type { LogLevel } from '../../contract/envelope.ts';
import { asMillraceError, MillraceError } from '../../contract/errors.ts';
import { possibleOutputFormats } from '../../contract/formats.ts';
import type { Params, Result } from '../../contract/protocol.ts';
import type { Recipe } from '../../contract/recipe.ts';
import type { PreviewParams } from '../../contract/worker-protocol.ts';
import { mostPixels, pixelsOfFrame } from '../engine/cost.ts';
import type { SourceHead, SourceReader } from '../engine/world.ts';
import type { Desk } from './desk.ts';
import { createTurns } from './turns.ts';

/** Pictures to look at, and what a recipe would make of one. */
export interface Previews {
  /** @param page the page that gets the picture, over its port to the worker */
  preview(
    params: Params<ControlProtocol, 'preview'>,
    page: number,
    signal: AbortSignal,
  ): Promise<Result<ControlProtocol, 'preview'>>;
  estimate(
    params: Params<ControlProtocol, 'estimate'>,
    signal: AbortSignal,
  ): Promise<Result<ControlProtocol, 'estimate'>>;
}

/** Pictures whose bytes are in memory at once, in line for a worker or on one. */
const atOnce = 4;
/** How a worker may end that was at the picture only by chance. */
const maybeByChance = ['worker-crashed', 'worker-exited'];

export function createPreviews(
  desk: Pick<Desk, 'batch' | 'works'>,
  log: (level: LogLevel, message: string) => void,
): Previews {
  const turns = createTurns(atOnce);
  /** Pictures that ended workers, by batch, job, side and file, and how: they are not shown to others. */
  const deadly = new Map<string, string>();

  /** @throws MillraceError as `show` does; one that may have been by chance is the second in a row */
  async function unlessDeadly(key: string, show: () => Promise<PreviewAnswer>): Promise<PreviewAnswer> {
    for (let ended = 1; ; ended += 1) {
      const note = deadly.get(key);
      if (note !== undefined) return { outcome: 'unavailable', note };
      try {
        return await show();
      } catch (error) {
        const { code, message } = asMillraceError(error);
        if (!code.startsWith('worker-')) throw error;
        if (ended > 1 || !maybeByChance.includes(code)) deadly.set(key, message);
      }
    }
  }

  return {
    async preview({ token, id, which, maxEdge }, page, signal) {
      const { batch } = desk;
      const job = batch?.job(id);
      const asked = batch === undefined || job === undefined ? undefined : toShow(job, which, batch.recipe);
      if (asked === undefined) return { outcome: 'unavailable' };
      const name = sourceName(asked.source);

      async function show(
        params: Omit<PreviewParams, 'page' | 'token' | 'name'>,
        head: SourceHead,
      ): Promise<PreviewAnswer> {
        const file = head.identity ?? String(head.bytes);
        return await unlessDeadly(`${String(batch?.id)}:${String(id)}:${which}:${file}`, async () => {
          const { outcome, note } = await desk.works.pool.preview(
            { page, token, name, ...params },
            { signal, pixels: pixelsOfFrame(head) },
          );
          return { outcome, ...(note === undefined ? {} : { note }) };
        });
      }

      try {
        return await turns.take(signal, async () => {
          const { looks } = desk.works;
          const { source, reshape, beside } = asked;
          return await withBytes(looks, source, signal, async (bytes, head) => {
            if (beside === undefined) {
              const edge = maxEdge === undefined ? {} : { maxEdge };
              return await show({ bytes, ...edge, ...(reshape === undefined ? {} : { reshape }) }, head);
            }
            const { original, recipe } = beside;
            return await withBytes(looks, original, signal, async (originalBytes, originalHead) =>
              show({ bytes, original: { bytes: originalBytes, recipe } }, originalHead),
            );
          });
        });
      } catch (error) {
        const { code, message } = asMillraceError(error);
        if (code === 'cancelled') throw error;
        log('info', `${name} cannot be shown: ${message}`);
        return { outcome: 'unavailable', note: message };
      }
    },
    async estimate({ id, recipe }, signal) {
      const job = desk.batch?.job(id);
      if (job === undefined)
        throw new MillraceError('no-such-thing', 'That picture is not in the list any more.');
      return await turns.take(signal, async () => {
        const { looks, pool } = desk.works;
        return await withBytes(looks, originalOf(job), signal, async (bytes, head) => {
          const name = sourceName(job.source);
          const formats = possibleOutputFormats(recipe, head.format ?? 'png');
          const { report } = await pool.run(
            { name, bytes, recipe },
            {
              signal,
              pixels: mostPixels(head, formats, recipe),
              formats,
              ahead: true,
            },
          );
          const { score } = report;
          return {
            bytes: report.output.bytes,
            sourceBytes: report.source.bytes,
            ...(score === undefined ? {} : { score: score.value }),
          };
        });
      });
    },
  };
}

type PreviewAnswer = Result<ControlProtocol, 'preview'>;

/** Where the bytes are that a picture is made of. */
interface ToShow {
  readonly source: Source;
  /** Turned and cropped as this does it. */
  readonly reshape?: Recipe;
  /** For a map of differences: what `source` was made of, and how. */
  readonly beside?: { readonly original: Source; readonly recipe: Recipe };
}

/** Undefined when there is nothing to show. */
function toShow(
  job: Job,
  which: Params<ControlProtocol, 'preview'>['which'],
  recipe: Recipe,
): ToShow | undefined {
  // A link that has not arrived is not asked for a second time meanwhile.
  const original = job.source.kind === 'link' && job.bytes === undefined ? undefined : originalOf(job);
  const result: Source | undefined =
    job.state === 'done' && job.output !== undefined ? { kind: 'file', path: job.output.path } : undefined;
  switch (which) {
    case 'source':
      return original === undefined ? undefined : { source: original };
    case 'reshaped':
      return original === undefined ? undefined : { source: original, reshape: recipe };
    case 'output':
      return result === undefined ? undefined : { source: result };
    case 'difference':
      return original === undefined || result === undefined
        ? undefined
        : { source: result, beside: { original, recipe } };
  }
}

/**
 * Where its original is: in the backup, once an output took its place. Readers know a source by its object, and a copy does
 * not disturb the job that holds the other.
 */
function originalOf({ source, output }: Job): Source {
  return output?.backup === undefined ? { ...source } : { kind: 'file', path: output.backup };
}

async function withBytes<T>(
  sources: SourceReader,
  source: Source,
  signal: AbortSignal,
  use: (bytes: Uint8Array, head: SourceHead) => Promise<T>,
): Promise<T> {
  try {
    const head = await sources.head(source, signal);
    return await use(await sources.read(source, signal), head);
  } finally {
    sources.release(source);
  }
}
