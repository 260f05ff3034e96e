import { mapsWasm } from './maps.generated.ts';

/** The compiled maps of `assembly/maps.ts`; pointers are byte offsets into `memory`. */
export interface Maps {
  readonly memory: WebAssembly.Memory;
  /** Makes room for two pictures; `table` has to be filled, and at most so many rows may be added at once. */
  prepare(width: number, height: number, rowsAtOnce: number): void;
  /** A background below 0 means that both pictures are opaque. */
  addRows(count: number, channelsA: number, channelsB: number, background: number, withMap: number): void;
  pointerA(): number;
  pointerB(): number;
  pointerTable(): number;
  pointerSums(): number;
  pointerMap(): number;
}

let compiled: WebAssembly.Module | undefined;

/** An instance with its own memory; it is given back when the instance is forgotten. */
export function instantiateMaps(): Maps {
  compiled ??= new WebAssembly.Module(Uint8Array.from(atob(mapsWasm), (letter) => letter.charCodeAt(0)));
  const { exports } = new WebAssembly.Instance(compiled, {});
  if (!isMaps(exports)) throw new Error('The measure was built from other sources. Run npm run build.');
  return exports;
}

function isMaps(exports: object): exports is Maps {
  const names = ['prepare', 'addRows', 'pointerA', 'pointerB', 'pointerTable', 'pointerSums', 'pointerMap'];
  return 'memory' in exports && names.every((name) => name in exports);
}
