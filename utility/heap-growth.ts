import { setFlagsFromString } from 'node:v8';

/**
 * Lets pictures come and go without the collector: it would look through the whole heap, 8 MB, for every one of more than
 * some 7 megapixels, whose bytes V8 counts as the heap's growth though they are given back by hand. The heap, with what it
 * holds outside, may grow eightfold before that instead; what is outside by itself still by V8's own bound, 64 MB.
 *
 * Set while it runs, and when everything is loaded: given at the start this option voids what Node has compiled of itself.
 * V8 reads it anew at each collection. Under Electron nothing is set: that its V8 takes options this late is not known.
 */
export function letPicturesPass(): void {
  if (process.versions['electron'] === undefined) setFlagsFromString('--heap-growing-percent=800');
}
