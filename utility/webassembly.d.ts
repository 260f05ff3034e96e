// What the worker uses of WebAssembly. The full types come with the DOM's, which a worker does not have.
declare namespace WebAssembly {
  interface Module {
    readonly [Symbol.toStringTag]: string;
  }
  const Module: new (bytes: Uint8Array) => Module;
  interface Instance {
    readonly exports: object;
  }
  const Instance: new (module: Module, imports: object) => Instance;
  interface Memory {
    readonly buffer: ArrayBuffer;
  }
}
