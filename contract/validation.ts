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
  const parsed = v.safeParse(schema, value, { abortPipeEarly: true });
  if (parsed.success) return parsed.output;
  throw new MillraceError(code, describeIssues(parsed.issues));
}

/** A list of a hundred thousand wrong things is told by its first. */
const maxIssues = 20;

export function describeIssues(issues: readonly v.BaseIssue<unknown>[]): string {
  const told = issues.slice(0, maxIssues).map(describeIssue);
  if (issues.length > maxIssues) told.push(`and ${String(issues.length - maxIssues)} more`);
  return told.join('\n');
}

function describeIssue(issue: v.BaseIssue<unknown>): string {
  const path = v.getDotPath(issue);
  const where = path === null ? '' : `${path}: `;
  if (issue.expected === 'never') return `${where}is not a field Millrace knows`;
  if (isMissingField(issue)) return `${where}is missing`;
  const expected = issue.message.startsWith('expected ')
    ? issue.message
    : `expected ${issue.expected ?? issue.message}`;
  return `${where}${expected}, got ${show(issue.input)}`;
}

/** An object schema names a field that must be there and is not by its quoted key. */
function isMissingField(issue: v.BaseIssue<unknown>): boolean {
  const key = issue.path?.at(-1)?.key;
  return issue.kind === 'schema' && issue.input === undefined && issue.expected === JSON.stringify(key);
}

/** A value short enough for a sentence. */
function show(value: unknown): string {
  if (value === undefined) return 'nothing';
  const text = typeof value === 'object' || typeof value === 'string' ? showJson(value) : showPlain(value);
  return text.length > 60 ? `${text.slice(0, 59)}…` : text;
}

function showPlain(value: unknown): string {
  if (typeof value === 'bigint') return `${String(value)}n`;
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : `a ${typeof value}`;
}

/** Bytes are counted, not listed; what JSON cannot say (circles, big integers inside) is called an object. */
function showJson(value: unknown): string {
  if (value instanceof Uint8Array) return `${String(value.byteLength)} bytes`;
  try {
    return JSON.stringify(value, (_, inner: unknown) =>
      inner instanceof Uint8Array ? `${String(inner.byteLength)} bytes` : inner,
    );
  } catch {
    // The sentence is about the field; that its value has no JSON is no error of its own.
    return 'an object';
  }
}
