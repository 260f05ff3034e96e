import { provideHost } from './find-host.ts';

/** Finds or fetches what the end-to-end tests run on, once, and says what it is. */
export function setup(): void {
  const { kind, program } = provideHost();
  process.stdout.write(`End-to-end tests run on ${kind}: ${program}\n`);
}
