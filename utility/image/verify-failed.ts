import { MillraceError } from '../../contract/errors.ts';
import { formatTraits, type OutputFormat } from '../../contract/formats.ts';

/** @param detail what was wrong with the output, for the log */
export function verifyFailed(name: string, to: OutputFormat, detail: string): MillraceError {
  return new MillraceError(
    'verify-failed',
    `The ${formatTraits[to].label} made of ${name} did not pass its check and was thrown away. The original is untouched; choose another format.`,
    { detail },
  );
}
