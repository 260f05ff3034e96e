import type { App, Dialog } from 'electron';
import type { BatchView } from '../../contract/app-state.ts';

export interface QuittingParts {
  readonly app: Pick<App, 'on' | 'quit'>;
  readonly dialog: Pick<Dialog, 'showMessageBox'>;
  /** The state of the batch in the window. */
  readonly state: () => BatchView['state'] | undefined;
  /** Whether a person wants to be asked. */
  readonly asks: () => boolean;
  /** Settles when nothing is left to do in the batch. */
  readonly finished: () => Promise<void>;
  /** Ends the batch and the workers. */
  readonly close: () => Promise<void>;
}

const finishFirst = 0;
const stopNow = 1;

/**
 * Quits when nothing is under way any more: a batch in the middle is asked about, and no process and no half-written
 * file is left behind either way.
 */
export function quitCleanly({ app, dialog, state, asks, finished, close }: QuittingParts): void {
  let phase: 'open' | 'asking' | 'closing' | 'closed' = 'open';

  async function leave(): Promise<void> {
    phase = 'closing';
    await close();
    phase = 'closed';
    app.quit();
  }

  async function ask(): Promise<void> {
    phase = 'asking';
    const { response } = await dialog.showMessageBox({
      type: 'question',
      message: 'A batch is still working.',
      detail: 'What is done stays. If you stop now, the rest is left as it is.',
      buttons: ['Finish, then quit', 'Stop and quit', 'Keep working'],
      defaultId: finishFirst,
      cancelId: 2,
      noLink: true,
    });
    if (response === finishFirst) await finished();
    if (response === finishFirst || response === stopNow) await leave();
    else phase = 'open';
  }

  app.on('before-quit', (event) => {
    if (phase === 'closed') return;
    event.preventDefault();
    if (phase !== 'open') return;
    const now = state();
    const isWorking = now === 'working' || now === 'paused' || now === 'held';
    void (isWorking && asks() ? ask() : leave());
  });
}
