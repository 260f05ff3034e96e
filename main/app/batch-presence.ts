import prettyBytes from 'pretty-bytes';
import type { BrowserWindow, PowerSaveBlocker, ProgressBarOptions } from 'electron';
import type { BatchView } from '../../contract/app-state.ts';

export interface PresenceParts {
  readonly power: Pick<PowerSaveBlocker, 'start' | 'stop'>;
  readonly window: () => Pick<BrowserWindow, 'setProgressBar' | 'isFocused'> | undefined;
  /** Tells a person who looks elsewhere. */
  readonly notify: (title: string, body: string) => void;
}

/** What a batch means for the desktop around the window: progress in the task bar, no sleep, a word at its end. */
export function createBatchPresence(parts: PresenceParts): (view: BatchView | undefined) => void {
  const { power, window, notify } = parts;
  let awake: number | undefined;
  let bar: TaskBar = noBar;
  let last: { readonly id: number; readonly state: BatchView['state'] } | undefined;

  function keepAwake(wanted: boolean): void {
    if (wanted) awake ??= power.start('prevent-app-suspension');
    else if (awake !== undefined) {
      power.stop(awake);
      awake = undefined;
    }
  }

  function showProgress(next: TaskBar): void {
    if (next.share === bar.share && next.mode === bar.mode) return;
    bar = next;
    window()?.setProgressBar(next.share, { mode: next.mode });
  }

  return (view) => {
    keepAwake(view?.state === 'working' || view?.state === 'cancelling');
    showProgress(view === undefined ? noBar : taskBarOf(view));
    const before = last;
    last = view === undefined ? undefined : { id: view.id, state: view.state };
    if (view === undefined || before?.id !== view.id || before.state === view.state) return;
    // Who cancels knows.
    if (before.state === 'cancelling' || window()?.isFocused() === true) return;
    const words = endWords(view);
    if (words !== undefined) notify(words.title, words.body);
  };
}

interface TaskBar {
  /** 0 to 1; negative for no bar, above 1 for one that only moves. */
  readonly share: number;
  readonly mode: NonNullable<ProgressBarOptions['mode']>;
}

const noBar: TaskBar = { share: -1, mode: 'none' };

/** Steps of the bar; the system is not asked to draw what nobody could see. */
const steps = 200;

export function taskBarOf({ state, counts, intakeEnded }: BatchView): TaskBar {
  const { total, waiting, running } = counts;
  const share = total === 0 ? 0 : Math.floor((steps * (total - waiting - running)) / total) / steps;
  switch (state) {
    case 'ended':
      return noBar;
    case 'held':
    case 'stopped':
      return { share, mode: 'error' };
    case 'paused':
      return { share, mode: 'paused' };
    case 'working':
    case 'cancelling':
      return total === 0 && !intakeEnded ? { share: 2, mode: 'indeterminate' } : { share, mode: 'normal' };
  }
}

function endWords(view: BatchView): { readonly title: string; readonly body: string } | undefined {
  switch (view.state) {
    case 'ended': {
      const { failed } = view.counts;
      const title = failed === 0 ? 'Your pictures are ready' : 'The batch has ended';
      return {
        title,
        body: [doneWords(view), ...(failed === 0 ? [] : [`${String(failed)} failed`])].join(', '),
      };
    }
    case 'held':
    case 'stopped':
      return { title: 'Millrace needs you', body: view.error?.message ?? 'The batch does not go on.' };
    default:
      return undefined;
  }
}

function doneWords({ counts: { done }, bytesIn, bytesOut }: BatchView): string {
  const pictures = `${String(done)} ${done === 1 ? 'picture' : 'pictures'} done`;
  const saved = bytesIn - bytesOut;
  if (saved <= 0) return pictures;
  return `${pictures}, ${prettyBytes(saved)} saved (${String(Math.round((100 * saved) / bytesIn))} %)`;
}
