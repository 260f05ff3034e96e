/**
 * For V8, in a process that pictures come through. The collector would look through the whole heap for every few tens of
 * megabytes of them, since what lies outside counts as the heap's growth though it is given back by hand. The heap, with what
 * it holds outside, may grow eightfold before that instead; what is outside by itself still by V8's own bound, 64 MB.
 *
 * To be set while the process runs, and when everything is loaded: given at the start this option voids what Node has
 * compiled of itself. V8 reads it anew at each collection.
 */
export const heapGrowth = '--heap-growing-percent=800';
