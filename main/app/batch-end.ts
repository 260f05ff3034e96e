import type { BatchView } from '../../contract/app-state.ts';

/** The batch in the window, to be waited for. */
export interface WatchedDesk {
  readonly batch: { readonly state: BatchView['state']; resume(): void } | undefined;
  watch(listener: { rowChanged(id: number): void; viewChanged(): void }): () => void;
}

/** Settles when the batch in the window is over, or there is none; one that waits for a person is told to go on. */
export function batchEnd(desk: WatchedDesk): Promise<void> {
  return new Promise((resolve) => {
    const unwatch = desk.watch({ rowChanged: () => undefined, viewChanged: look });
    if (desk.batch?.state === 'paused' || desk.batch?.state === 'held') desk.batch.resume();
    look();

    function look(): void {
      const state = desk.batch?.state;
      if (state === 'working' || state === 'paused' || state === 'held' || state === 'cancelling') return;
      unwatch();
      resolve();
    }
  });
}
