import { MillraceError } from '../../contract/errors.ts';

/** What a decoder could not read to its end. */
export function damaged(name: string, cause: unknown): MillraceError {
  return new MillraceError(
    'damaged-image',
    `${name} is damaged or incomplete: it cannot be decoded to its end. Copy it again from where it came.`,
    { detail: cause instanceof Error ? cause.message : String(cause), cause },
  );
}
