import type * as Zlib from 'node:zlib';

/** Node's zlib, loaded when it is first wanted: it is 2 ms of a worker's start. */
export function zlib(): typeof Zlib {
  return process.getBuiltinModule('node:zlib');
}
