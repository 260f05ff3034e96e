import { isAbsolute, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as v from 'valibot';
import type { App } from 'electron';

/** What the system handed over: paths of files and folders, and addresses of pictures. */
export interface Opened {
  readonly paths: readonly string[];
  readonly links: readonly string[];
}

const openedSchema = v.object({ paths: v.array(v.string()), links: v.array(v.string()) });

/**
 * What a start was given on its command line or by *Open with*. Switches are not ours, and neither is the app's own
 * folder, which an unpackaged Electron gets as its first argument. After `--` everything is a name.
 */
export function openedBy(argv: readonly string[], workingFolder: string, isPackaged: boolean): Opened {
  const rest = argv.slice(1);
  const end = rest.indexOf('--');
  const before = end === -1 ? rest : rest.slice(0, end);
  const names = before.filter((argument) => !argument.startsWith('-'));
  if (!isPackaged) names.shift();
  if (end !== -1) names.push(...rest.slice(end + 1));
  const links = names.filter((name) => /^https?:\/\//i.test(name));
  const paths = names.filter((name) => !links.includes(name)).map((name) => toPath(name, workingFolder));
  return { paths, links };
}

/** Whether a start on the command line lets links lead to this computer and into private networks. */
export function allowsPrivateLinks(argv: readonly string[]): boolean {
  const end = argv.indexOf('--');
  return argv.slice(0, end === -1 ? argv.length : end).includes('--allow-private-links');
}

/** Desktops on Linux may give addresses of files. */
function toPath(name: string, workingFolder: string): string {
  if (/^file:\/\//i.test(name)) {
    try {
      return fileURLToPath(name);
    } catch {
      // An address of another computer; it will be told as a file that is not there.
      return name;
    }
  }
  return isAbsolute(name) ? name : resolve(workingFolder, name);
}

export interface OpenedFiles {
  /** Where opened files go from now on; what came before is given at once. */
  deliverTo(add: (opened: Opened) => void): void;
}

/**
 * Makes this start the only one, and collects what the system hands to it: at its start, from later starts, and on macOS by
 * its own event, which may come before the app is ready. Undefined when another start was first: it has been given our files.
 *
 * @param raise brings the window to the front when somebody starts Millrace again
 */
export function collectOpenedFiles(
  app: Pick<App, 'on' | 'isPackaged' | 'requestSingleInstanceLock'>,
  { argv, workingFolder }: { readonly argv: readonly string[]; readonly workingFolder: string },
  raise: () => void,
): OpenedFiles | undefined {
  const given = openedBy(argv, workingFolder, app.isPackaged);
  // Not the arguments that the event brings: Chromium reorders them and adds its own.
  if (!app.requestSingleInstanceLock(given)) return undefined;
  let waiting: Opened[] = [given];
  let deliver: ((opened: Opened) => void) | undefined;

  function take(opened: Opened): void {
    if (opened.paths.length + opened.links.length === 0) return;
    if (deliver === undefined) waiting.push(opened);
    else deliver(opened);
  }

  app.on('open-file', (event, path) => {
    event.preventDefault();
    take({ paths: [path], links: [] });
  });
  app.on('second-instance', (_event, _argv, _folder, data) => {
    raise();
    // It comes from another process: an older Millrace may say something else.
    if (v.is(openedSchema, data)) take(data);
  });
  return {
    deliverTo(add) {
      deliver = add;
      const early = waiting;
      waiting = [];
      for (const opened of early) take(opened);
    },
  };
}
