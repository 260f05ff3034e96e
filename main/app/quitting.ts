import type { App, BrowserWindow, Dialog } from 'electron';
import type { BatchView } from '../../contract/app-state.ts';
import type { Log } from './log.ts';

export interface QuittingParts {
  readonly app: Pick<App, 'on' | 'quit'>;
  readonly dialog: Pick<Dialog, 'showMessageBox'>;
  readonly log: Pick<Log, 'error'>;
  /** The state of the batch in the window. */
  readonly state: () => BatchView['state'] | undefined;
  /** Whether the next start goes on with what is left of it. */
  readonly isRecorded: () => boolean;
  /** Whether a person wants to be asked. */
  readonly asks: () => boolean;
  /** Settles when nothing is left to do in the batch. */
  readonly finished: () => Promise<void>;
  /** Ends the batch and the workers. */
  readonly close: () => Promise<void>;
}

export interface Quitting {
  /** Closing this window is quitting, and asks the same question while the window still stands. */
  guard(window: BrowserWindow): void;
}

const finishFirst = 0;
const stopNow = 1;

/**
 * Quits when nothing is under way any more: a batch in the middle is asked about, and no process and no half-written
 * file is left behind either way.
 */
export function quitCleanly(parts: QuittingParts): Quitting {
  const { app, dialog, log, state, isRecorded, asks, finished, close } = parts;
  let phase: 'open' | 'asking' | 'finishing' | 'leaving' | 'gone' = 'open';
  /** Counts the questions: an earlier *finish, then quit* is void once another was asked. */
  let question = 0;
  let window: Parameters<Quitting['guard']>[0] | undefined;

  async function leave(): Promise<void> {
    phase = 'leaving';
    if (window?.isDestroyed() === false) window.hide();
    try {
      await close();
    } catch (error) {
      log.error(`The batch could not be closed: ${String(error)}`);
    }
    phase = 'gone';
    app.quit();
  }

  async function ask(): Promise<void> {
    phase = 'asking';
    question += 1;
    const mine = question;
    const isPaused = state() === 'paused';
    const options = {
      type: 'question' as const,
      message: isPaused ? 'A batch is paused.' : 'A batch is still working.',
      detail: `What is done stays. If you stop now, ${restWords(isRecorded(), isPaused)}.`,
      buttons: ['Finish, then quit', 'Stop and quit', 'Keep working'],
      defaultId: finishFirst,
      cancelId: 2,
      noLink: true,
    };
    const { response } = await (window === undefined
      ? dialog.showMessageBox(options)
      : dialog.showMessageBox(window, options));
    if (response === finishFirst) {
      phase = 'finishing';
      await finished();
      if (mine === question) await leave();
    } else if (response === stopNow) await leave();
    else phase = 'open';
  }

  function leaving(event: { preventDefault(): void }): void {
    if (phase === 'gone') return;
    event.preventDefault();
    if (phase === 'asking' || phase === 'leaving') return;
    const now = state();
    const isUnderWay = now === 'working' || now === 'paused' || now === 'held';
    void (isUnderWay && asks() ? ask() : leave());
  }

  app.on('before-quit', leaving);
  return {
    guard(guarded) {
      window = guarded;
      guarded.on('close', leaving);
    },
  };
}

/** What becomes of the rest of a batch that is stopped by quitting. */
function restWords(isRecorded: boolean, isPaused: boolean): string {
  if (!isRecorded) return 'the rest is left as it is';
  return isPaused
    ? 'the rest waits for you in Millrace, paused as it is now'
    : 'the rest goes on when Millrace is opened again';
}
