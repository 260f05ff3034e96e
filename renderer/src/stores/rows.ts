import { defineStore } from 'pinia';
import { computed, shallowRef, triggerRef } from 'vue';
import type { Row } from '../../../contract/app-state.ts';
import type { JobState } from '../../../contract/batch.ts';
import { createBreather, sortInSlices } from '../slices.ts';

export type SortKey = 'added' | 'name' | 'state' | 'before' | 'after' | 'saved' | 'score';
export interface Sorting {
  readonly key: SortKey;
  readonly descending: boolean;
}

/** Between two orderings of a list that changes, milliseconds. */
const reorderMs = 400;

const collator = new Intl.Collator('en', { numeric: true });
const stateOrder: Readonly<Record<JobState, number>> = {
  failed: 0,
  running: 1,
  waiting: 2,
  done: 3,
  skipped: 4,
  cancelled: 5,
};

/**
 * The rows of the batch. Plain objects in a plain map, since a hundred thousand reactive ones would be slow and large;
 * `version` rises when any has changed.
 */
export const useRows = defineStore('rows', () => {
  const all = new Map<number, Row>();
  const version = shallowRef(0);
  /** Ids in the order of the list. */
  const order = shallowRef<number[]>([]);
  const sorting = shallowRef<Sorting>({ key: 'added', descending: false });
  const state = shallowRef<JobState | 'all'>('all');
  const text = shallowRef('');
  const selected = shallowRef<ReadonlySet<number>>(new Set());
  let batch: number | undefined;
  /** Rises with each ordering: one that is under way while another begins is void. */
  let ordering = 0;
  let isOrdering = false;
  let isStale = false;
  let planned: ReturnType<typeof setTimeout> | undefined;

  const plain = computed(
    () =>
      state.value === 'all' &&
      text.value === '' &&
      sorting.value.key === 'added' &&
      !sorting.value.descending,
  );

  /** Takes all rows out, and with them what was looked for among them. */
  function clear(): void {
    all.clear();
    state.value = 'all';
    text.value = '';
    selected.value = new Set();
    batch = undefined;
    void reorder();
  }

  async function merge(answer: {
    batch: number;
    rows: readonly Row[];
    removed: readonly number[];
  }): Promise<void> {
    if (answer.batch !== batch) clear();
    batch = answer.batch;
    if (answer.rows.length + answer.removed.length === 0) return;
    const breathe = createBreather();
    let appended = false;
    for (const row of answer.rows) {
      if (!all.has(row.id) && plain.value) {
        // In the order of arrival a new row is simply the last one.
        order.value.push(row.id);
        appended = true;
      }
      all.set(row.id, row);
      await breathe();
    }
    for (const id of answer.removed) all.delete(id);
    if (answer.removed.length > 0) {
      unselectBut(all);
      void reorder();
    } else if (!plain.value) planReorder();
    if (appended) triggerRef(order);
    version.value += 1;
  }

  /** One that is under way is not made void by news, or it would never come to its end while they come fast. */
  function planReorder(): void {
    if (isOrdering) isStale = true;
    else planned ??= setTimeout(() => void reorder(), reorderMs);
  }

  /** Filters and sorts anew, in slices; a later call makes an earlier one void. */
  async function reorder(): Promise<void> {
    clearTimeout(planned);
    planned = undefined;
    ordering += 1;
    isStale = false;
    isOrdering = !plain.value;
    if (isOrdering) await sortShown(ordering);
    // The map has them as they came; at once, since new ones are put behind the last one meanwhile.
    else setOrder([...all.keys()]);
  }

  async function sortShown(mine: number): Promise<void> {
    const breathe = createBreather();
    const wanted = text.value.toLowerCase();
    const shown: Row[] = [];
    for (const row of all.values()) {
      if (state.value !== 'all' && row.state !== state.value) continue;
      if (wanted !== '' && !`${row.folder}/${row.name}`.toLowerCase().includes(wanted)) continue;
      shown.push(row);
      await breathe();
    }
    const { key, descending } = sorting.value;
    const compare = comparers[key];
    const sorted = await sortInSlices(shown, descending ? (a, b) => compare(b, a) : compare);
    if (mine !== ordering) return;
    isOrdering = false;
    setOrder(sorted.map(({ id }) => id));
    if (isStale) planReorder();
  }

  /** What is not shown is not selected either: nobody sees what would be done to it. */
  function setOrder(ids: number[]): void {
    order.value = ids;
    if (selected.value.size > 0) unselectBut(new Set(ids));
    version.value += 1;
  }

  function unselectBut(those: Pick<ReadonlySet<number>, 'has'>): void {
    selected.value = new Set([...selected.value].filter((id) => those.has(id)));
  }

  return {
    version,
    order,
    sorting,
    state,
    text,
    selected,
    row: (id: number): Row | undefined => all.get(id),
    all: (): IterableIterator<Row> => all.values(),
    clear,
    merge,
    /** Up, then down, then in the order they came in again. */
    sortBy(key: SortKey) {
      const { key: before, descending } = sorting.value;
      if (before !== key) sorting.value = { key, descending: false };
      else if (!descending) sorting.value = { key, descending: true };
      else sorting.value = { key: 'added', descending: false };
      void reorder();
    },
    show(only: JobState | 'all') {
      state.value = only;
      void reorder();
    },
    find(wanted: string) {
      text.value = wanted;
      void reorder();
    },
    select(ids: Iterable<number>) {
      selected.value = new Set(ids);
    },
  };
});

const comparers: Readonly<Record<SortKey, (a: Row, b: Row) => number>> = {
  added: (a, b) => a.id - b.id,
  name: (a, b) => collator.compare(a.name, b.name) || a.id - b.id,
  state: (a, b) => stateOrder[a.state] - stateOrder[b.state] || a.id - b.id,
  before: (a, b) => (a.bytes ?? -1) - (b.bytes ?? -1) || a.id - b.id,
  after: (a, b) => (a.output?.bytes ?? -1) - (b.output?.bytes ?? -1) || a.id - b.id,
  saved: (a, b) => savedShare(a) - savedShare(b) || a.id - b.id,
  score: (a, b) => (a.output?.score ?? -1) - (b.output?.score ?? -1) || a.id - b.id,
};

function savedShare({ bytes, output }: Row): number {
  return bytes === undefined || output === undefined || bytes === 0 ? -Infinity : 1 - output.bytes / bytes;
}
