import { isAbsolute, relative, sep } from 'node:path';

/** The way from a folder down to a path, empty for the folder itself; undefined when it does not lie there. */
export function pathBelow(folder: string, path: string): string | undefined {
  const below = relative(folder, path);
  return isAbsolute(below) || below.split(sep)[0] === '..' ? undefined : below;
}
