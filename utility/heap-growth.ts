import { setFlagsFromString } from 'node:v8';
import { heapGrowth } from '../contract/heap-growth.ts';

/**
 * Lets pictures come and go without the collector. Under Electron nothing is set: that its V8 takes options this late is
 * not known.
 */
export function letPicturesPass(): void {
  if (process.versions['electron'] === undefined) setFlagsFromString(heapGrowth);
}
