import { randomBytes } from 'node:crypto';

const pattern = /^\.millrace-[0-9a-f]{16}\.tmp$/;

/** A name for a file that is being written: hidden, short enough for every disk, and known as ours when left over. */
export function temporaryName(): string {
  return `.millrace-${randomBytes(8).toString('hex')}.tmp`;
}

export function isTemporaryName(name: string): boolean {
  return pattern.test(name);
}
