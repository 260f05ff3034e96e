import type { Browser } from './browser.ts';
import type { PageServer } from './page-server.ts';

/** Where this run of the app has its browser and its server; there as soon as the app is ready. */
export interface Surroundings {
  readonly browser: Browser;
  readonly server: PageServer;
}

let surroundings: Surroundings | undefined;

export function setSurroundings(value: Surroundings): void {
  surroundings = value;
}

/** @throws Error before the app is ready, as Electron does for most of its parts */
export function requireReady(what: string): Surroundings {
  if (surroundings === undefined) throw new Error(`Cannot use ${what} before app is ready`);
  return surroundings;
}

export function isReady(): boolean {
  return surroundings !== undefined;
}
