import { isAbsolute, resolve } from 'node:path';
import type { App } from 'electron';

/**
 * Paths that a start was given: files on the command line, or *Open with*. Switches are not ours, and neither is the
 * app's own folder, which an unpackaged Electron gets as its first argument.
 */
export function filesOf(argv: readonly string[], workingFolder: string, isPackaged: boolean): string[] {
  return argv
    .slice(isPackaged ? 1 : 2)
    .filter((argument) => !argument.startsWith('-'))
    .map((path) => (isAbsolute(path) ? path : resolve(workingFolder, path)));
}

export interface OpenedFiles {
  /** Where opened files go from now on; what came before is given at once. */
  deliverTo(add: (paths: readonly string[]) => void): void;
}

/**
 * Collects what the system hands to the app: at its start, from a second start, and on macOS by its own event, which
 * may come before the app is ready.
 *
 * @param raise brings the window to the front when somebody starts Millrace again
 */
export function collectOpenedFiles(
  app: Pick<App, 'on' | 'isPackaged'>,
  argv: readonly string[],
  workingFolder: string,
  raise: () => void,
): OpenedFiles {
  let waiting = filesOf(argv, workingFolder, app.isPackaged);
  let deliver: ((paths: readonly string[]) => void) | undefined;

  function take(paths: readonly string[]): void {
    if (paths.length === 0) return;
    if (deliver === undefined) waiting = [...waiting, ...paths];
    else deliver(paths);
  }

  app.on('open-file', (event, path) => {
    event.preventDefault();
    take([path]);
  });
  app.on('second-instance', (_event, secondArgv, folder) => {
    raise();
    take(filesOf(secondArgv, folder, app.isPackaged));
  });
  return {
    deliverTo(add) {
      deliver = add;
      const early = waiting;
      waiting = [];
      take(early);
    },
  };
}
