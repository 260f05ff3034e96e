import { randomUUID } from 'node:crypto';

/**
 * Files and folders that the page may name without knowing where they are. A handle says nothing about its path and
 * cannot be guessed; a path has one handle for as long as the app runs.
 */
export interface HandleTable {
  /** A handle for each path, in the same order. */
  register(paths: readonly string[]): string[];
  /** The path behind a handle; undefined for one that was never given out. */
  resolve(handle: string): string | undefined;
}

export function createHandleTable(newHandle: () => string = randomUUID): HandleTable {
  const paths = new Map<string, string>();
  const handles = new Map<string, string>();
  return {
    register(given) {
      return given.map((path) => {
        const known = handles.get(path);
        if (known !== undefined) return known;
        const handle = newHandle();
        handles.set(path, handle);
        paths.set(handle, path);
        return handle;
      });
    },
    resolve: (handle) => paths.get(handle),
  };
}
