import { randomBytes } from 'node:crypto';

const pattern = /^\.millrace-([0-9a-f]{16})-[0-9a-f]{16}\.tmp$/;

/**
 * A name for a file that is being written: hidden, short enough for every disk, and known as ours when left over.
 *
 * @param run 16 hexadecimal digits: a later run tells by them whether somebody still writes to it
 */
export function temporaryName(run: string): string {
  return `.millrace-${run}-${randomBytes(8).toString('hex')}.tmp`;
}

/** For who writes no more than one file. */
export function anyRun(): string {
  return randomBytes(8).toString('hex');
}

export function isTemporaryName(name: string): boolean {
  return pattern.test(name);
}

/** The run that made a temporary file of this name; undefined when it is none of ours. */
export function runOf(name: string): string | undefined {
  return pattern.exec(name)?.[1];
}
