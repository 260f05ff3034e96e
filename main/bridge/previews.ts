import { sourceName, type Job, type Source } from '../../contract/batch.ts';
import type { ControlProtocol } from '../../contract/control-protocol.ts';
import type { LogLevel } from '../../contract/envelope.ts';
import { asMillraceError, MillraceError } from '../../contract/errors.ts';
import { possibleOutputFormats } from '../../contract/formats.ts';
import type { Params, Result } from '../../contract/protocol.ts';
import { pixelsOf } from '../engine/cost.ts';
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

export function createPreviews(
  desk: Pick<Desk, 'batch' | 'works'>,
  log: (level: LogLevel, message: string) => void,
): Previews {
  const turns = createTurns(atOnce);
  /** Pictures that ended their worker, by batch, job and side: they are not shown to another. */
  const deadly = new Set<string>();

  return {
    async preview({ token, id, which, maxEdge }, page, signal) {
      const job = desk.batch?.job(id);
      const source = job === undefined ? undefined : pictureOf(job, which);
      const key = `${String(desk.batch?.id)}:${String(id)}:${which}`;
      if (source === undefined || deadly.has(key)) return { outcome: 'unavailable' };
      const name = sourceName(source);
      try {
        return await turns.take(signal, async () => {
          const { looks, pool } = desk.works;
          return await withBytes(looks, source, signal, async (bytes, head) => {
            const params = { page, token, name, bytes, ...(maxEdge === undefined ? {} : { maxEdge }) };
            const { outcome } = await pool.preview(params, { signal, pixels: pixelsOf(head) });
            return { outcome };
          });
        });
      } catch (error) {
        const { code, message } = asMillraceError(error);
        if (code === 'cancelled') throw error;
        if (code.startsWith('worker-')) deadly.add(key);
        log('info', `${name} cannot be shown: ${message}`);
        return { outcome: 'unavailable' };
      }
    },
    async estimate({ id, recipe }, signal) {
      const job = desk.batch?.job(id);
      if (job === undefined)
        throw new MillraceError('no-such-thing', 'That picture is not in the list any more.');
      return await turns.take(signal, async () => {
        const { looks, pool } = desk.works;
        return await withBytes(looks, copyOf(job.source), signal, async (bytes, head) => {
          const name = sourceName(job.source);
          const { report } = await pool.run(
            { name, bytes, recipe },
            {
              signal,
              pixels: pixelsOf(head),
              formats: possibleOutputFormats(recipe, head.format ?? 'png'),
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

/** Where the picture's bytes are; undefined when there are none to show. */
function pictureOf(job: Job, which: Params<ControlProtocol, 'preview'>['which']): Source | undefined {
  switch (which) {
    case 'source':
      // A link that has not arrived is not asked for a second time meanwhile.
      return job.source.kind === 'link' && job.bytes === undefined ? undefined : copyOf(job.source);
    case 'output':
      return job.state === 'done' && job.output !== undefined
        ? { kind: 'file', path: job.output.path }
        : undefined;
    case 'difference':
      // Made from the scores of both pictures, which no worker computes for a preview.
      return undefined;
  }
}

/** Readers know a source by its object: a copy does not disturb the job that holds the other. */
function copyOf(source: Source): Source {
  return { ...source };
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
