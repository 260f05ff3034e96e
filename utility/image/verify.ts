import { MillraceError } from '../../contract/errors.ts';
import type { OutputFormat } from '../../contract/formats.ts';
import { formatTraits } from '../../contract/formats.ts';
import type { Codecs } from '../codecs.ts';
import { hasAlpha, type Pixels } from './pixels.ts';
import type { Header } from './header.ts';
import { probe } from './probe.ts';

/**
 * Opens what was written, as anyone else would, and compares its header with what it should be.
 *
 * @throws MillraceError `verify-failed`, retriable
 */
export async function verify(
  bytes: Uint8Array,
  to: OutputFormat,
  expected: Pixels,
  name: string,
  codecs: Codecs,
): Promise<Header> {
  const header = await probe(bytes, name, codecs).catch((error: unknown) => {
    throw failed(name, to, error instanceof Error ? error.message : String(error));
  });
  const differences = [
    differs('format', header.format, to),
    differs('width', header.width, expected.width),
    differs('height', header.height, expected.height),
    framesDiffer(header, expected),
    differs('orientation', header.orientation, 1),
    // An encoder may leave out an alpha channel in which nothing is transparent; it may not add one.
    !hasAlpha(expected) && header.transparency && to !== 'gif' ? 'transparency appeared' : undefined,
    expected.icc !== undefined && header.metadata.icc === undefined && to !== 'gif'
      ? 'the profile is missing'
      : undefined,
  ].filter((difference) => difference !== undefined);
  if (differences.length > 0) throw failed(name, to, differences.join(', '));
  return header;
}

/** Encoders join frames that are equal; the time they stand must be joined too. */
function framesDiffer(header: Header, expected: Pixels): string | undefined {
  if (header.frames === expected.frames) return undefined;
  const lasts = sum(header.delays);
  const joined =
    header.frames < expected.frames && (header.frames === 1 || Math.abs(lasts - sum(expected.delays)) <= 10);
  return joined ? undefined : differs('frames', header.frames, expected.frames);
}

function sum(delays: readonly number[] | undefined): number {
  return (delays ?? []).reduce((total, delay) => total + delay, 0);
}

function differs(what: string, is: string | number, should: string | number): string | undefined {
  return is === should ? undefined : `${what} is ${String(is)} and should be ${String(should)}`;
}

function failed(name: string, to: OutputFormat, detail: string): MillraceError {
  return new MillraceError(
    'verify-failed',
    `The ${formatTraits[to].label} made of ${name} did not pass its check and was thrown away. The original is untouched; choose another format.`,
    { detail, retriable: true },
  );
}
