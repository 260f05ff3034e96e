import * as v from 'valibot';
import { MillraceError, type ErrorCode } from './errors.ts';

/**
 * Checks a value against its schema and returns it with defaults filled in.
 *
 * @throws MillraceError with `code`; the message has a line for each wrong field: its path, what was expected,
 *   what came (`resize.width: expected an integer from 1 to 65535, got -3`).
 */
export function parseWith<S extends v.GenericSchema>(
  schema: S,
  value: unknown,
  code: ErrorCode,
): v.InferOutput<S> {
  const parsed = v.safeParse(schema, value);
  if (parsed.success) return parsed.output;
  throw new MillraceError(code, describeIssues(parsed.issues));
}

export function describeIssues(issues: readonly v.BaseIssue<unknown>[]): string {
  return issues.map(describeIssue).join('\n');
}

function describeIssue(issue: v.BaseIssue<unknown>): string {
  const path = v.getDotPath(issue);
  const where = path === null ? '' : `${path}: `;
  if (issue.expected === 'never') return `${where}is not a field Millrace knows`;
  const expected = issue.message.startsWith('expected ')
    ? issue.message
    : `expected ${issue.expected ?? issue.message}`;
  return `${where}${expected}, got ${show(issue.input)}`;
}

/** A value short enough for a sentence. */
function show(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (value instanceof Uint8Array) return `${String(value.byteLength)} bytes`;
  const json =
    typeof value === 'bigint' ? `${String(value)}n` : (JSON.stringify(value) as string | undefined);
  const text = json ?? typeof value;
  return text.length > 60 ? `${text.slice(0, 59)}…` : text;
}
