import type { Dialog, WebContents } from 'electron';
import { originOf } from './app-protocol.ts';
import type { Log } from './log.ts';

export interface PageLifeParts {
  readonly contents: Pick<WebContents, 'on' | 'reload'>;
  readonly dialog: Pick<Dialog, 'showMessageBox'>;
  readonly log: Log;
  /** Milliseconds that only go forward. */
  readonly now: () => number;
  readonly quit: () => void;
}

/** A page that dies again within this time would go on dying, milliseconds. */
const soonMs = 30_000;

const levels = { error: 'error', warning: 'warn', info: 'debug', debug: 'debug' } as const;

/**
 * Writes what the page says, and brings it back when its process dies: the batch is in main and in the workers and has not
 * noticed. A page that dies again at once is only brought back when the person says so.
 */
export function followPage({ contents, dialog, log, now, quit }: PageLifeParts): void {
  let lastDeath: number | undefined;

  async function ask(): Promise<void> {
    const { response } = await dialog.showMessageBox({
      type: 'error',
      message: 'The window of Millrace stopped working.',
      detail: 'The batch goes on without it. What it has written stays, also when you quit.',
      buttons: ['Open It Again', 'Quit'],
      defaultId: 0,
      cancelId: 0,
      noLink: true,
    });
    if (response === 0) contents.reload();
    else quit();
  }

  contents.on('console-message', ({ level, message, sourceId, lineNumber }) => {
    const where = originOf(sourceId) === undefined ? '' : ` (${sourceId}:${String(lineNumber)})`;
    log[levels[level]](`The page says: ${message}${where}`);
  });
  contents.on('preload-error', (_event, path, error) => {
    log.error(`The preload script ${path} failed: ${error.stack ?? error.message}`);
  });
  contents.on('render-process-gone', (_event, { reason, exitCode }) => {
    if (reason === 'clean-exit') return;
    log.error(`The page's process is gone: ${reason}, exit code ${String(exitCode)}.`);
    const isAgain = lastDeath !== undefined && now() - lastDeath < soonMs;
    lastDeath = now();
    if (isAgain) void ask();
    else contents.reload();
  });
}
