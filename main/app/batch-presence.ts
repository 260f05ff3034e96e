import type { BrowserWindow, PowerSaveBlocker } from 'electron';
import type { BatchView } from '../../contract/app-state.ts';

export interface PresenceParts {
  readonly power: Pick<PowerSaveBlocker, 'start' | 'stop'>;
  readonly window: () => Pick<BrowserWindow, 'setProgressBar' | 'isFocused'> | undefined;
  /** Tells a person who looks elsewhere. */
  readonly notify: (title: string, body: string) => void;
}

/** What a batch means for the desktop around the window: progress in the task bar, no sleep, a word at its end. */
export function createBatchPresence({
  power,
  window,
  notify,
}: PresenceParts): (view: BatchView | undefined) => void {
  let awake: number | undefined;
  let last: { readonly id: number; readonly state: BatchView['state'] } | undefined;

  function keepAwake(wanted: boolean): void {
    if (wanted) awake ??= power.start('prevent-app-suspension');
    else if (awake !== undefined) {
      power.stop(awake);
      awake = undefined;
    }
  }

  return (view) => {
    keepAwake(view?.state === 'working' || view?.state === 'cancelling');
    showProgress(window(), view);
    const before = last;
    last = view === undefined ? undefined : { id: view.id, state: view.state };
    if (view === undefined || before?.id !== view.id || before.state === view.state) return;
    if (window()?.isFocused() === true) return;
    const words = endWords(view);
    if (words !== undefined) notify(words.title, words.body);
  };
}

function showProgress(
  window: Pick<BrowserWindow, 'setProgressBar'> | undefined,
  view: BatchView | undefined,
): void {
  if (view === undefined || view.state === 'ended') {
    window?.setProgressBar(-1);
    return;
  }
  const { total, waiting, running } = view.counts;
  const share = total === 0 ? 0 : (total - waiting - running) / total;
  const mode =
    view.state === 'held' || view.state === 'stopped'
      ? 'error'
      : view.state === 'paused'
        ? 'paused'
        : 'normal';
  window?.setProgressBar(share, { mode });
}

function endWords(view: BatchView): { readonly title: string; readonly body: string } | undefined {
  const { done, failed } = view.counts;
  switch (view.state) {
    case 'ended':
      return {
        title: failed === 0 ? 'Your pictures are ready' : 'The batch has ended',
        body: failed === 0 ? `${String(done)} done.` : `${String(done)} done, ${String(failed)} failed.`,
      };
    case 'held':
    case 'stopped':
      return { title: 'Millrace needs you', body: view.error?.message ?? 'The batch does not go on.' };
    default:
      return undefined;
  }
}
