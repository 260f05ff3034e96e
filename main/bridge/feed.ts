import { maxRowsPerAnswer, type AppView, type Row } from '../../contract/app-state.ts';
import type { ControlProtocol } from '../../contract/control-protocol.ts';
import { cancelled, MillraceError } from '../../contract/errors.ts';
import type { Result } from '../../contract/protocol.ts';
import { untilCalled } from '../engine/wait.ts';
import type { Clock } from '../engine/world.ts';

export type Changes = Result<ControlProtocol, 'changes'>;

/** Where the news come from. */
export interface FeedSource {
  /** The batch in the window; its number is 0 when there is none. */
  readonly rows: RowSource;
  view(): AppView;
}

export interface RowSource {
  readonly id: number;
  readonly lastId: number;
  row(id: number): Row | undefined;
}

/** What one page has not been told yet. Costs a number for each row that changed since, however long nobody asks. */
export interface Feed {
  /**
   * The next news, as soon as there are any, at most ten times a second and at most `maxRowsPerAnswer` rows.
   *
   * @throws MillraceError `cancelled`; `protocol-error` when the last question is not answered yet
   */
  next(signal: AbortSignal): Promise<Changes>;
  rowChanged(id: number): void;
  viewChanged(): void;
}

/** As fast as a person reads. */
const intervalMs = 100;
/** Numbers without a row (taken out before they were told) that one answer passes over. */
const maxGaps = 50_000;

export function createFeed(source: FeedSource, clock: Clock): Feed {
  /** Rows above have not been told; rows at or below that have changed since are in `dirty`. */
  let told = 0;
  let batch = 0;
  const dirty = new Set<number>();
  let viewIsNew = true;
  let answeredAt = -Infinity;
  let wake: (() => void) | undefined;
  let isAsked = false;

  function hasNews(): boolean {
    const { rows } = source;
    return viewIsNew || dirty.size > 0 || rows.id !== batch || told < rows.lastId;
  }

  function take(): Changes {
    const { rows: list } = source;
    if (list.id !== batch) {
      batch = list.id;
      told = 0;
      dirty.clear();
    }
    const rows: Row[] = [];
    const removed: number[] = [];
    for (const id of dirty) {
      if (rows.length + removed.length >= maxRowsPerAnswer) break;
      dirty.delete(id);
      const row = list.row(id);
      if (row === undefined) removed.push(id);
      else rows.push(row);
    }
    rows.sort((a, b) => a.id - b.id);
    const last = Math.min(list.lastId, told + maxGaps);
    while (told < last && rows.length < maxRowsPerAnswer) {
      told += 1;
      const row = list.row(told);
      if (row !== undefined) rows.push(row);
    }
    const view = viewIsNew ? source.view() : undefined;
    viewIsNew = false;
    return { ...(view === undefined ? {} : { view }), batch, rows, removed };
  }

  function news(): void {
    wake?.();
  }

  return {
    async next(signal) {
      if (isAsked)
        throw new MillraceError('protocol-error', 'The last question for changes is not answered.');
      isAsked = true;
      try {
        if (signal.aborted) throw cancelled();
        if (!hasNews()) {
          await untilCalled(signal, (resolve) => {
            wake = resolve;
            return () => undefined;
          });
        }
        const early = answeredAt + intervalMs - clock.now();
        if (early > 0) await untilCalled(signal, (resolve) => clock.after(early, resolve));
        answeredAt = clock.now();
        return take();
      } finally {
        isAsked = false;
        wake = undefined;
      }
    },
    rowChanged(id) {
      if (id <= told) dirty.add(id);
      news();
    },
    viewChanged() {
      viewIsNew = true;
      news();
    },
  };
}
